using System.Text.Json;

namespace Awoc.Engine.Shims;

/// <summary>A line of <c>in.jsonl</c>: something that was said to the agent on its standard input.</summary>
/// <param name="N">Its number; null for a line of the ladder.</param>
/// <param name="Us">When the shim recorded it, in unix microseconds: before it was written to the agent.</param>
/// <param name="Line">The text without its line end.</param>
public sealed record SaidLine(long? N, long Us, string Line)
{
    public DateTimeOffset At => DateTimeOffset.UnixEpoch.AddTicks(Us * TimeSpan.TicksPerMicrosecond);

    /// <summary>All that was said so far, in order. A last line that is cut off was never written to the agent and is left out.</summary>
    public static IReadOnlyList<SaidLine> Read(string attemptDirectory)
    {
        var path = Path.Combine(attemptDirectory, ShimFiles.In);
        if (!File.Exists(path)) return [];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file);
        List<SaidLine> said = [];
        while (reader.ReadLine() is { } text)
        {
            if (Parse(text) is { } line) said.Add(line);
        }

        return said;
    }

    private static SaidLine? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, ShimJson.Default.SaidLine) is { Line: not null } line ? line : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
