using Awoc.Cli.Terminal;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Views;

/// <summary>A task as one line of a listing.</summary>
/// <param name="Id">The random part.</param>
/// <param name="Task">Its name, or its type with the beginning of its description.</param>
/// <param name="State">The outcome once it has ended, with the reason; the state before.</param>
/// <param name="Agent">The agent, and plainly whether it was rehearsed.</param>
/// <param name="Model">The model.</param>
/// <param name="Tokens">Spent and limit.</param>
/// <param name="Time">Running time.</param>
/// <param name="Output">Where the result lies.</param>
internal sealed record TaskRow(string Id, string Task, string State, string Agent, string Model, string Tokens, string Time, string Output)
{
    public const int TaskColumn = 1;
    public const int StateColumn = 2;
    public const int AgentColumn = 3;
    public const int ModelColumn = 4;
    public const int TokensColumn = 5;
    public const int OutputColumn = 7;
    private const int TaskLength = 40;

    public static string[] Titles { get; } = ["ID", "TASK", "STATE", "AGENT", "MODEL", "TOKENS", "TIME", "OUTPUT"];

    public string[] Cells => [Id, Task, State, Agent, Model, Tokens, Time, Output];

    public static TaskRow Of(TaskView task, DateTimeOffset now, string cwd) => new(
        TaskWords.Handle(task.Id),
        Printable.Cut(Printable.Line(Title(task)), TaskLength),
        StateOf(task),
        task.Rehearsal is true ? $"{task.Agent} (rehearsal)" : task.Agent,
        task.Model ?? "-",
        task.Model is null || task.Budget.Tokens is not { } tokens ? "-" : $"{Figures.Count(task.Usage.Output)}/{Figures.Count(tokens)}",
        task.StartedAt is null ? "-" : Figures.Duration(RunningTime(task, now)),
        Printable.Line(OutputOf(task, cwd)));

    public static string StateOf(TaskView task) => task switch
    {
        { State: TaskWords.Ended, Outcome: TaskWords.Succeeded } => TaskWords.Succeeded,
        { State: TaskWords.Ended, Reason: { } reason } => $"{task.Outcome} ({reason})",
        { State: TaskWords.Ended } => task.Outcome ?? task.State,
        _ => task.State,
    };

    /// <summary>What the ended attempts ran, and the one under way so far.</summary>
    public static long RunningTime(TaskView task, DateTimeOffset now)
    {
        if (task.State != TaskWords.Running) return task.RunMs;
        var since = task.Attempts is [.., { EndedAt: null } current] ? current.StartedAt : task.StartedAt;
        return since is { } started ? Math.Max(task.RunMs, (long)(now - started).TotalMilliseconds) : task.RunMs;
    }

    private static string Title(TaskView task) =>
        task.Name ?? (string.IsNullOrEmpty(task.Description) ? task.Type : $"{task.Type}: {task.Description}");

    private static string OutputOf(TaskView task, string cwd)
    {
        var place = task.Delivered is true || task.State != TaskWords.Ended ? task.Output ?? task.ResultPath : task.ResultPath;
        if (task.Result == TaskWords.Partial) return $"{Near(task.ResultPath, task, cwd)} (partial)";
        return Near(place, task, cwd);
    }

    /// <summary>
    /// A path below the current directory is shown from there. Of one in the task's own directory, which <c>awoc output</c> reads,
    /// the end is enough.
    /// </summary>
    private static string Near(string? path, TaskView task, string cwd) =>
        path is null ? "-"
        : Below(path, task.Directory) ? $"…/{Path.GetFileName(path)}"
        : Below(path, cwd) ? path[(cwd.Length + 1)..]
        : path;

    private static bool Below(string path, string directory) => path.StartsWith(directory + '/', StringComparison.Ordinal);
}
