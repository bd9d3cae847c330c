using System.Text.Json;
using System.Text.Json.Serialization;

namespace Awoc.Engine.Shims;

/// <summary>The content of <c>claim</c>: an attempt that has one was started and is never started again.</summary>
/// <param name="Fence">Fence of the dispatch.</param>
/// <param name="Pid">The shim's process id.</param>
/// <param name="StartTicks">The shim's start time, in clock ticks since boot (field 22 of <c>/proc/PID/stat</c>).</param>
/// <param name="BootId">The boot the numbers above belong to.</param>
public sealed record ShimClaim(long Fence, int Pid, long StartTicks, string BootId)
{
    /// <summary>The claim of an attempt; null where it was never started.</summary>
    public static ShimClaim? Read(string attemptDirectory) =>
        ShimFiles.Read(attemptDirectory, ShimFiles.Claim, ShimJson.Default.ShimClaim) is { Pid: > 0 } claim ? claim : null;

    /// <summary>
    /// Takes the claim of an attempt whose shim did not come up, so that one that comes up late runs nothing: the attempt is about to be
    /// declared never started. False when a shim was first.
    /// </summary>
    public static bool TryForbid(string attemptDirectory, long fence)
    {
        var claim = Path.Combine(attemptDirectory, ShimFiles.Claim);
        var draft = $"{claim}.forbidden";
        File.WriteAllBytes(draft, JsonSerializer.SerializeToUtf8Bytes(new ShimClaim(fence, 0, 0, ""), ShimJson.Default.ShimClaim));
        try
        {
            // A link underneath, as the shim makes its own: one of the two fails.
            File.Move(draft, claim);
            return true;
        }
        catch (IOException) when (File.Exists(claim))
        {
            File.Delete(draft);
            return Read(attemptDirectory) is null;
        }
    }
}

/// <summary>The content of <c>shim.json</c>, durable before the agent executes.</summary>
/// <param name="Proto">Version of records and protocol.</param>
/// <param name="Version">The shim's own version.</param>
/// <param name="Fence">Fence of the dispatch.</param>
/// <param name="Pid">The shim's process id.</param>
/// <param name="StartTicks">The shim's start time in clock ticks since boot.</param>
/// <param name="AgentPid">The agent's process id; also its session and process group.</param>
/// <param name="AgentStartTicks">The agent's start time in clock ticks since boot.</param>
/// <param name="BootId">The boot the numbers above belong to.</param>
/// <param name="Cgroup">Directory of the attempt's cgroup; null where none could be had.</param>
/// <param name="RelayPort">Port of the loopback listener; null without a gateway.</param>
public sealed record ShimInfo(
    int Proto, string Version, long Fence, int Pid, long StartTicks, int AgentPid, long AgentStartTicks, string BootId, string? Cgroup, int? RelayPort)
{
    /// <summary>The record of an attempt; null where its agent was never let go.</summary>
    public static ShimInfo? Read(string attemptDirectory) => ShimFiles.Read(attemptDirectory, ShimFiles.Info, ShimJson.Default.ShimInfo);
}

/// <summary>The content of <c>exit.json</c>: how an attempt's agent ended. Times are unix microseconds or milliseconds, as named.</summary>
public sealed record ShimExit
{
    /// <summary>Version of records and protocol.</summary>
    public int Proto { get; init; } = 1;

    /// <summary>Highest fence the shim has seen.</summary>
    public long Fence { get; init; }

    /// <summary>Exit code; null where a signal ended the agent or it never executed.</summary>
    public int? Code { get; init; }

    /// <summary>Number of the signal that ended the agent; null for an exit code.</summary>
    public int? Signal { get; init; }

    /// <summary>Why the shim ended it (<see cref="EndCause"/>, or the text of an <c>end</c>); null where it ended by itself.</summary>
    public string? Cause { get; init; }

    /// <summary>What <see cref="Error"/> begins with where the agent's directory could not be entered, and not its program executed.</summary>
    public const string NoDirectory = "cannot enter the directory ";

    /// <summary>For <see cref="EndCause.SpawnFailed"/>: what failed and the system's words for it.</summary>
    public string? Error { get; init; }

    /// <summary>For <see cref="EndCause.SpawnFailed"/>: the system's error number, such as 2 for a missing file.</summary>
    public int? Errno { get; init; }

    /// <summary>The steps that were taken, each with its time in ms since the ladder began.</summary>
    public IReadOnlyList<LadderTaken> Ladder { get; init; } = [];

    /// <summary>When the agent executed; null where it never did.</summary>
    public long? StartedUs { get; init; }

    /// <summary>When the agent had ended.</summary>
    public long EndedUs { get; init; }

    /// <summary>Running time, machine sleep left out.</summary>
    public long RunMs { get; init; }

    /// <summary>Greatest resident size of any one process of the tree.</summary>
    public long MaxRssKb { get; init; }

    /// <summary>CPU time of the tree in user mode.</summary>
    public long UserMs { get; init; }

    /// <summary>CPU time of the tree in the kernel.</summary>
    public long SysMs { get; init; }

    /// <summary>Processes of the tree that outlived the agent and were killed.</summary>
    public int Survivors { get; init; }

    /// <summary>Length of <c>events.jsonl</c>.</summary>
    public long Events { get; init; }

    /// <summary>Length of <c>stderr.log</c>.</summary>
    public long Stderr { get; init; }

    /// <summary>Bytes not written because of the log limit.</summary>
    public long Dropped { get; init; }

    /// <summary>The agent executed and ended by itself with code 0.</summary>
    [JsonIgnore]
    public bool Clean => Cause is null && Code == 0;

    /// <summary>The record of an attempt; null while it has not ended.</summary>
    public static ShimExit? Read(string attemptDirectory) => ShimFiles.Read(attemptDirectory, ShimFiles.Exit, ShimJson.Default.ShimExit);
}

/// <summary>A step of the ladder that was taken.</summary>
/// <param name="Do">The step.</param>
/// <param name="AtMs">Milliseconds since the ladder began.</param>
public sealed record LadderTaken(LadderAction Do, long AtMs);

/// <summary>The causes of an end that this version writes; an owner may send others.</summary>
public static class EndCause
{
    /// <summary>The running time is over.</summary>
    public const string Deadline = "deadline";

    /// <summary>A person or program canceled the task.</summary>
    public const string Cancel = "cancel";

    /// <summary>A budget other than time is spent.</summary>
    public const string Budget = "budget";

    /// <summary>A usage window of the model API is closed: it goes on when the window opens.</summary>
    public const string Window = "window";

    /// <summary>It was a spare to its end: nothing ran for a task.</summary>
    public const string Spare = "spare";

    /// <summary>No sign of life for too long.</summary>
    public const string Stall = "stall";

    /// <summary>Another node owns the task by now.</summary>
    public const string Fence = "fence";

    /// <summary>The agent could not be executed.</summary>
    public const string SpawnFailed = "spawn_failed";

    /// <summary>The shim itself got SIGTERM or SIGINT.</summary>
    public const string ShimTerminated = "shim_terminated";
}
