using System.Text.Json;

namespace Awoc.Engine.Shims;

/// <summary>A line from the shim, every kind's fields in one, as they are on the wire:
/// <c>{"t":"grew","events":120,"stderr":0}</c>.</summary>
internal sealed record ShimLine
{
    public string? T { get; init; }
    public int Proto { get; init; }
    public string? Task { get; init; }
    public int Attempt { get; init; }
    public long Fence { get; init; }
    public ShimState State { get; init; }
    public int Pid { get; init; }
    public ShimLengths? Bytes { get; init; }
    public long InSeq { get; init; }
    public long ElapsedMs { get; init; }
    public int? RelayPort { get; init; }
    public int RelayWaiting { get; init; }
    public bool LogFull { get; init; }
    public long? DeadlineMs { get; init; }
    public long Events { get; init; }
    public long Stderr { get; init; }
    public string? Error { get; init; }
    public Dictionary<string, string>? Values { get; init; }
    public bool On { get; init; }
    public long N { get; init; }
    public bool Closed { get; init; }

    /// <summary>The message of a line; null for a kind this version does not know.</summary>
    public static ShimMessage? Parse(ReadOnlySpan<byte> utf8)
    {
        var line = JsonSerializer.Deserialize(utf8, ShimJson.Default.ShimLine) ?? throw new JsonException("null is no message");
        return line.T switch
        {
            "hello" => new ShimMessage.Hello(
                line.Proto, line.Task ?? "", line.Attempt, line.Fence, line.State, line.Pid, line.Bytes?.Events ?? 0, line.Bytes?.Stderr ?? 0,
                line.InSeq, line.ElapsedMs, line.RelayPort, line.RelayWaiting, line.LogFull, line.DeadlineMs),
            "owned" => new ShimMessage.Owned(line.Fence),
            "refused" => new ShimMessage.Refused(line.Fence),
            "held" => new ShimMessage.Held(line.Values ?? []),
            "grew" => new ShimMessage.Grew(line.Events, line.Stderr),
            "exec" => new ShimMessage.Exec(line.Error),
            "full" => new ShimMessage.Full(line.On),
            "ack" => new ShimMessage.Ack(line.N, line.Closed),
            "exit" => new ShimMessage.Exit(
                JsonSerializer.Deserialize(utf8, ShimJson.Default.ShimExit) ?? throw new JsonException("null is no exit")),
            _ => null,
        };
    }
}

/// <summary>Lengths of the logs.</summary>
internal sealed record ShimLengths(long Events, long Stderr);

/// <summary>A line to the shim, every kind's fields in one: <c>{"t":"in","n":3,"line":"…"}</c>.</summary>
internal sealed record OwnerLine
{
    public required string T { get; init; }
    public long? Fence { get; init; }
    public long? N { get; init; }
    public string? Line { get; init; }
    public string? Cause { get; init; }
    public IReadOnlyList<LadderAction>? Skip { get; init; }
    public long? Ms { get; init; }
    public long? DeadlineMs { get; init; }
    public string? StdinFile { get; init; }
    public IReadOnlyDictionary<string, string>? Env { get; init; }
    public IReadOnlyDictionary<string, string>? Held { get; init; }
}
