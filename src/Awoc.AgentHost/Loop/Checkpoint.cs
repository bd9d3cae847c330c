using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.AI;

namespace Awoc.AgentHost.Loop;

/// <summary>The conversation as it stood after a step (an answer of the model, or the results of its calls): what a later attempt goes on from.</summary>
/// <param name="Version">Of this record's shape; 1 is the only one.</param>
/// <param name="Turns">Answers of the model.</param>
internal sealed record Checkpoint(int Version, string Session, string Model, int Turns, IReadOnlyList<ChatMessage> Messages)
{
    private const int CurrentVersion = 1;

    public static Checkpoint Of(string session, string model, int turns, IReadOnlyList<ChatMessage> messages) =>
        new(CurrentVersion, session, model, turns, messages);

    /// <summary>Durable when it returns: a power cut leaves the step before or this one, never half of it.</summary>
    public void Save(string directory)
    {
        Directory.CreateDirectory(directory);
        var path = PathOf(directory, Session);
        var temporary = path + ".tmp";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            JsonSerializer.Serialize(file, this, CheckpointFormat.TypeInfo);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>The session's checkpoint in that directory or in one beside it, where earlier attempts left theirs.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    public static Checkpoint Load(string directory, string session)
    {
        var path = Candidates(directory, session).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException($"session {session} has no checkpoint in {directory} or beside it");
        try
        {
            using var file = File.OpenRead(path);
            var checkpoint = JsonSerializer.Deserialize(file, CheckpointFormat.TypeInfo);
            if (checkpoint is { Version: CurrentVersion, Messages.Count: > 0 }) return checkpoint;
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException)
        {
            throw new InvalidDataException($"the checkpoint {path} cannot be read: {fault.Message}", fault);
        }

        throw new InvalidDataException($"the checkpoint {path} is of another version");
    }

    private static IEnumerable<string> Candidates(string directory, string session)
    {
        yield return PathOf(directory, session);
        if (Path.GetDirectoryName(directory) is not { } parent || !Directory.Exists(parent)) yield break;
        foreach (var sibling in Directory.EnumerateDirectories(parent)) yield return PathOf(sibling, session);
    }

    private static string PathOf(string directory, string session) => Path.Combine(directory, $"session-{Path.GetFileName(session)}.json");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Checkpoint))]
internal sealed partial class CheckpointJson : JsonSerializerContext;

internal static class CheckpointFormat
{
    /// <summary>The library's own options know its content types; ours come after them.</summary>
    public static JsonTypeInfo<Checkpoint> TypeInfo { get; } = Make();

    private static JsonTypeInfo<Checkpoint> Make()
    {
        var options = new JsonSerializerOptions(AIJsonUtilities.DefaultOptions) { WriteIndented = false };
        options.TypeInfoResolverChain.Add(CheckpointJson.Default);
        return (JsonTypeInfo<Checkpoint>)options.GetTypeInfo(typeof(Checkpoint));
    }
}
