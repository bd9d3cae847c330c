using System.Text.Json;
using System.Text.Json.Serialization;

namespace Awoc.Engine.Shims;

/// <summary>What a shim is told about the attempt it supervises: the content of <c>spec.json</c>. It holds no secret.</summary>
public sealed record ShimSpec
{
    /// <summary>Version of the record and of the socket protocol; 1 is the only one released.</summary>
    public int Proto { get; init; } = 1;

    /// <summary>Id of the store the task lives in, so that two homes on one machine never sweep each other's processes.</summary>
    public required string Store { get; init; }

    /// <summary>The task's id.</summary>
    public required string Task { get; init; }

    /// <summary>Number of the attempt, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>Fencing number of the dispatch. An owner with a lower one is refused.</summary>
    public required long Fence { get; init; }

    /// <summary>The agent's command and arguments; the command is looked up in the PATH of <see cref="Env"/>.
    /// <c>{relayPort}</c> in any element is replaced by the port of the shim's loopback listener.</summary>
    public required IReadOnlyList<string> Argv { get; init; }

    /// <summary>The agent's working directory, absolute.</summary>
    public required string Cwd { get; init; }

    /// <summary>The agent's whole environment but for its secrets, which travel by <see cref="ShimConnection.SendSecretAsync"/>.
    /// <c>{relayPort}</c> in a value is replaced; <see cref="Mark"/> is added by the shim.</summary>
    public required IReadOnlyDictionary<string, string> Env { get; init; }

    /// <summary>File whose bytes go to the agent's stdin before anything else; null for none.</summary>
    public string? StdinFile { get; init; }

    /// <summary>True keeps stdin open for later lines; false closes it after <see cref="StdinFile"/>.</summary>
    public bool KeepStdin { get; init; }

    /// <summary>True sends stderr into <c>events.jsonl</c> in the order it was written; false keeps it in <c>stderr.log</c>.</summary>
    public bool MergeStderr { get; init; }

    /// <summary>Running milliseconds, counted from the exec on a clock that stands still while the machine sleeps; null for no deadline.</summary>
    public long? DeadlineMs { get; init; }

    /// <summary>The steps by which the agent is ended, in order. A ladder without <see cref="LadderStep.Kill"/> gets one at its end.</summary>
    public IReadOnlyList<LadderStep> Ladder { get; init; } =
    [
        LadderStep.Interrupt(TimeSpan.FromSeconds(2)), LadderStep.Terminate(TimeSpan.FromSeconds(2)), LadderStep.Kill(TimeSpan.FromSeconds(3)),
    ];

    /// <summary>Path of the unix socket the shim listens on. It may be longer than the 107 bytes of a socket address.</summary>
    public required string Socket { get; init; }

    /// <summary>Path of the gateway's unix socket; null for an agent that needs no gateway, and so no relay.</summary>
    public string? Gateway { get; init; }

    /// <summary>Greatest length in bytes of each of <c>events.jsonl</c> and <c>stderr.log</c>; what comes after is dropped and counted. Null for no limit.</summary>
    public long? LogLimit { get; init; }

    /// <summary>True holds the agent behind its gate until <see cref="ShimConnection.SendSecretAsync"/> has come.</summary>
    public bool NeedsSecret { get; init; }

    /// <summary>
    /// True for a warm agent without a task: the running time stands still, no daemon is started for it, and it ends by itself when its owner
    /// has been gone for three seconds, all until <see cref="ShimConnection.BeginAsync"/>.
    /// </summary>
    public bool Spare { get; init; }

    /// <summary>The environment entry by which the attempt's processes are found again: <c>AWOC_ATTEMPT=store/task/attempt</c>.</summary>
    public string Mark => AttemptMark.Of(Store, Task, Attempt);

    /// <summary>How the shim starts a daemon when there is none; null for never.</summary>
    public ShimDaemon? Daemon { get; init; }

    /// <summary>False keeps the agent in the shim's own cgroup. True, the default, uses one of its own where that is possible.</summary>
    public bool Cgroup { get; init; } = true;

    /// <summary>Writes <c>spec.json</c> into the attempt's directory, durable (file and directory synced) when it returns.</summary>
    public void Write(string attemptDirectory) =>
        DurableFile.Write(attemptDirectory, ShimFiles.Spec, JsonSerializer.SerializeToUtf8Bytes(this, ShimJson.Default.ShimSpec));

    /// <summary>Reads <c>spec.json</c>; null where there is none.</summary>
    public static ShimSpec? Read(string attemptDirectory) => ShimFiles.Read(attemptDirectory, ShimFiles.Spec, ShimJson.Default.ShimSpec);
}

/// <summary>How a shim starts the daemon after two seconds without one.</summary>
/// <param name="Argv">Command and arguments; the command is an absolute path.</param>
/// <param name="StopMarker">A file that says the daemon was stopped on purpose; while it exists none is started.</param>
/// <param name="Socket">The daemon's socket; while it accepts connections none is started.</param>
/// <param name="Env">The daemon's whole environment; null for that of the shim.</param>
public sealed record ShimDaemon(IReadOnlyList<string> Argv, string StopMarker, string Socket, IReadOnlyDictionary<string, string>? Env = null);

/// <summary>One step of the way an agent is ended, and how long it is given before the next.</summary>
/// <param name="Do">What is done.</param>
/// <param name="GraceMs">Milliseconds until the next step.</param>
/// <param name="Text">For <see cref="LadderAction.Line"/>: one or more lines for the agent's stdin.</param>
public sealed record LadderStep(LadderAction Do, long GraceMs, string? Text = null)
{
    /// <summary>Asks in the agent's own words, over stdin; skipped where stdin is closed.</summary>
    public static LadderStep Line(string text, TimeSpan grace) => new(LadderAction.Line, (long)grace.TotalMilliseconds, text);

    /// <summary>SIGINT to the agent's process group.</summary>
    public static LadderStep Interrupt(TimeSpan grace) => new(LadderAction.Int, (long)grace.TotalMilliseconds);

    /// <summary>SIGTERM to the agent's process group.</summary>
    public static LadderStep Terminate(TimeSpan grace) => new(LadderAction.Term, (long)grace.TotalMilliseconds);

    /// <summary>SIGKILL to the whole tree.</summary>
    public static LadderStep Kill(TimeSpan grace) => new(LadderAction.Kill, (long)grace.TotalMilliseconds);
}

/// <summary>A step's action.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LadderAction>))]
public enum LadderAction
{
    /// <summary>Lines to the agent's stdin.</summary>
    [JsonStringEnumMemberName("line")] Line,

    /// <summary>SIGINT to the process group.</summary>
    [JsonStringEnumMemberName("int")] Int,

    /// <summary>SIGTERM to the process group.</summary>
    [JsonStringEnumMemberName("term")] Term,

    /// <summary>SIGKILL to the whole tree.</summary>
    [JsonStringEnumMemberName("kill")] Kill,
}
