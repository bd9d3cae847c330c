using System.Text.Json.Serialization;

namespace Awoc.Engine.Shims;

/// <summary>What a shim says to whoever is connected. Kinds this version does not know are left out.</summary>
public abstract record ShimMessage
{
    private ShimMessage()
    {
    }

    /// <summary>The first message on every connection.</summary>
    /// <param name="Proto">Protocol version of the shim.</param>
    /// <param name="Task">The task's id.</param>
    /// <param name="Attempt">The attempt's number.</param>
    /// <param name="Fence">Highest fence seen; <c>own</c> needs at least this.</param>
    /// <param name="State">Where the attempt is.</param>
    /// <param name="Pid">The agent's process id; 0 before it is spawned.</param>
    /// <param name="Events">Length of <c>events.jsonl</c>.</param>
    /// <param name="Stderr">Length of <c>stderr.log</c>.</param>
    /// <param name="InSeq">Highest number of a line taken for stdin; 0 for none.</param>
    /// <param name="ElapsedMs">Running time so far.</param>
    /// <param name="RelayPort">Port of the loopback listener; null without a gateway.</param>
    /// <param name="RelayWaiting">Connections that wait for the gateway.</param>
    /// <param name="LogFull">True while the disk has no room for the logs.</param>
    /// <param name="DeadlineMs">The running-time deadline in force; null for none.</param>
    public sealed record Hello(
        int Proto, string Task, int Attempt, long Fence, ShimState State, int Pid, long Events, long Stderr, long InSeq, long ElapsedMs,
        int? RelayPort, int RelayWaiting, bool LogFull, long? DeadlineMs) : ShimMessage;

    /// <summary>The sender is the owner now.</summary>
    public sealed record Owned(long Fence) : ShimMessage;

    /// <summary>An <c>own</c> came with a fence lower than <paramref name="Fence"/>, the highest seen.</summary>
    public sealed record Refused(long Fence) : ShimMessage;

    /// <summary>What an earlier owner left in the shim's keeping.</summary>
    public sealed record Held(IReadOnlyDictionary<string, string> Values) : ShimMessage;

    /// <summary>The logs have these lengths by now; read the files.</summary>
    public sealed record Grew(long Events, long Stderr) : ShimMessage;

    /// <summary>The agent executes, or could not (then an exit follows). Of a spare once more, when its attempt begins.</summary>
    public sealed record Exec(string? Error) : ShimMessage;

    /// <summary>The disk has no room for the logs (the agent waits, nothing is lost), or has again.</summary>
    public sealed record Full(bool On) : ShimMessage;

    /// <summary>The line with this number is recorded and queued for the agent's stdin, now or earlier; or stdin is <paramref name="Closed"/> and
    /// it was left out.</summary>
    public sealed record Ack(long N, bool Closed) : ShimMessage;

    /// <summary>The attempt has ended; <c>exit.json</c> is durable and says the same.</summary>
    public sealed record Exit(ShimExit Record) : ShimMessage;
}

/// <summary>Where an attempt is, as its shim sees it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ShimState>))]
public enum ShimState
{
    /// <summary>The agent's process waits behind the gate.</summary>
    [JsonStringEnumMemberName("gated")] Gated,

    /// <summary>As gated, and it waits for <see cref="ShimConnection.SendSecretAsync"/>.</summary>
    [JsonStringEnumMemberName("waiting_secret")] WaitingSecret,

    /// <summary>The agent executes.</summary>
    [JsonStringEnumMemberName("running")] Running,

    /// <summary>The agent executes and has no task yet: it waits for <see cref="ShimConnection.BeginAsync"/>.</summary>
    [JsonStringEnumMemberName("spare")] Spare,

    /// <summary>The ladder runs, or the agent has ended and its tree and logs are being finished.</summary>
    [JsonStringEnumMemberName("ending")] Ending,

    /// <summary>The end is recorded.</summary>
    [JsonStringEnumMemberName("ended")] Ended,
}
