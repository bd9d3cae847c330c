using Awoc.Core.Tasks;

namespace Awoc.Engine.Homes;

/// <summary>Where everything lies under one <c>AWOC_HOME</c>. Computes paths only; touches no file.</summary>
public sealed class AwocPaths(string home)
{
    public string Home { get; } = home;
    public string UserConfig => Path.Combine(Home, "config.yaml");
    public string Background => Path.Combine(Home, "background");
    public string Store => Path.Combine(Background, "awoc.db");
    public string Tasks => Path.Combine(Background, "tasks");
    /// <summary>Agents that are warm and have no task yet, each in an attempt's directory; in one file system with <see cref="Tasks"/>.</summary>
    public string Pool => Path.Combine(Background, "pool");

    public string DaemonLog => Path.Combine(Background, "awocd.log");
    public string Run => Path.Combine(Home, "run");
    public string ApiSocket => Path.Combine(Run, "awoc.sock");
    public string GatewaySocket => Path.Combine(Run, "gateway.sock");
    public string RehearsalSocket => Path.Combine(Run, "rehearsal.sock");
    public string ShimSockets => Path.Combine(Run, "s");
    public string Lock => Path.Combine(Run, "awocd.lock");

    /// <summary>There from <c>awoc daemon stop</c> until the next start: a shim that misses its daemon then starts none.</summary>
    public string StopMarker => Path.Combine(Run, "stopped");

    /// <summary>Lock files of integration targets, named by the hash of the target's path.</summary>
    public string Locks => Path.Combine(Run, "locks");

    /// <summary>Integrations under way: what a daemon that died in one left to be settled.</summary>
    public string Integrating => Path.Combine(Background, "integrating");

    public string Cache => Path.Combine(Home, "cache");

    /// <summary>Contexts that were prepared, one file for each type and directory.</summary>
    public string PreparedContexts => Path.Combine(Cache, "contexts");

    /// <summary>What stands at the head of tasks' requests, named by the hash of its text.</summary>
    public string SharedTexts => Path.Combine(Cache, "shared");

    public AttemptFolder Spare(TaskId id) => new(Path.Combine(Pool, id.Value), Path.Combine(ShimSockets, $"spare-{id.Handle}"));

    public TaskFolder Task(TaskId id) => new(id, Path.Combine(Tasks, id.Value), this);
}

/// <summary>The files of one task, with the seed's names.</summary>
public sealed class TaskFolder(TaskId id, string path, AwocPaths home)
{
    public TaskId Id { get; } = id;
    public string Path { get; } = path;
    public string Config => In("task-config.json");
    public string Prompt => In("task-prompt.txt");
    public string Script => In("execute-task.sh");
    public string ExecutionLog => In("execution.log");
    public string Events => In("events.jsonl");
    public string BackgroundLog => In("background.log");
    public string PartialResults => In("partial-results.txt");
    public string PartialAccount => In("partial-results.json");

    /// <summary>What the last check of the result found.</summary>
    public string Verification => In("verification.json");

    /// <summary>What was recovered of a result that did not come to its end, and nothing else.</summary>
    public string PartialOutput(string? target) => In("partial-output" + Extension(target));

    /// <summary>SHA-256 of what an attempt brought to the user's OUTPUT: a later attempt knows by it the file that it may replace.</summary>
    public string Delivered => In("delivered.sha256");

    /// <summary>The kept copy of the result, with the extension the user's OUTPUT has.</summary>
    public string Output(string? target) => In("output" + Extension(target));

    /// <summary>Backups and records of what was done with the result.</summary>
    public string Integrations => In("integrations");

    /// <summary>The user's OUTPUT as it was when the task began, where it is text that a three-way merge may need.</summary>
    public string TargetBase => In("target.base");

    public AttemptFolder Attempt(int number) =>
        new(In(System.IO.Path.Combine("attempts", $"{number}")), System.IO.Path.Combine(home.ShimSockets, $"{Id.Handle}.{number}"));

    /// <summary>Another task's.</summary>
    public TaskFolder Of(TaskId other) => home.Task(other);

    private static string Extension(string? target) => System.IO.Path.GetExtension(target) is { Length: > 0 } extension ? extension : ".md";

    private string In(string name) => System.IO.Path.Combine(Path, name);
}

/// <summary>The records of one attempt: see <c>docs/shim-protocol.md</c>.</summary>
public sealed class AttemptFolder(string path, string socket)
{
    public string Path { get; } = path;
    public string Socket { get; } = socket;
    public string Events => In("events.jsonl");
    public string EventIndex => In("events.idx");
    public string Stderr => In("stderr.log");
    public string Stdin => In("stdin");
    public string ExecutionLog => In("execution.log");
    public string GatewayLedger => In("gateway.jsonl");
    public string Wire => In("wire.jsonl");

    /// <summary>What this attempt left, where it did not succeed: kept when a later attempt succeeds.</summary>
    public string PartialResults => In("partial-results.txt");

    public string PartialAccount => In("partial-results.json");

    /// <summary>What the target's bytes hashed to before the launch; empty when there was no file.</summary>
    public string TargetBefore => In("target.sha256");

    /// <summary>What the target's bytes hashed to before the launch, where AWOC had put them there itself; absent otherwise.</summary>
    public string TargetOwn => In("target.own.sha256");

    /// <summary>Where the agent is told to write: delivery takes the file from there.</summary>
    public string Staging(string? target)
    {
        var name = System.IO.Path.GetFileName(target);
        return In(System.IO.Path.Combine("out", string.IsNullOrEmpty(name) ? "output.md" : name));
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
