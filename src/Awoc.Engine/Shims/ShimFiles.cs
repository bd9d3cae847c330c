using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Awoc.Engine.Shims;

/// <summary>Names of the files in an attempt's directory that a shim reads or writes.</summary>
public static class ShimFiles
{
    /// <summary>What the daemon asks for.</summary>
    public const string Spec = "spec.json";

    /// <summary>Who started the attempt.</summary>
    public const string Claim = "claim";

    /// <summary>Processes, cgroup and port.</summary>
    public const string Info = "shim.json";

    /// <summary>The agent's stdout, byte for byte.</summary>
    public const string Events = "events.jsonl";

    /// <summary>For each read of the agent's stdout: offset, then unix microseconds, each as a little-endian 64-bit number.</summary>
    public const string EventsIndex = "events.idx";

    /// <summary>The agent's stderr, byte for byte.</summary>
    public const string Stderr = "stderr.log";

    /// <summary>The lines sent to the agent's stdin.</summary>
    public const string In = "in.jsonl";

    /// <summary>How it ended.</summary>
    public const string Exit = "exit.json";

    /// <summary>The shim's own trouble, in words; absent while there is none.</summary>
    public const string ShimLog = "shim.log";

    internal static T? Read<T>(string directory, string name, JsonTypeInfo<T> type) where T : class
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(Path.Combine(directory, name));
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(bytes, type);
        }
        catch (JsonException malformed)
        {
            throw new InvalidDataException($"{Path.Combine(directory, name)} is not the record it should be: {malformed.Message}", malformed);
        }
    }
}
