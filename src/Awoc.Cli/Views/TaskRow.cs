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
    private const int TaskLength = 40;

    public static string[] Titles { get; } = ["ID", "TASK", "STATE", "AGENT", "MODEL", "TOKENS", "TIME", "OUTPUT"];

    public string[] Cells => [Id, Task, State, Agent, Model, Tokens, Time, Output];

    public static TaskRow Of(TaskView task, DateTimeOffset now, string cwd) => new(
        TaskWords.Handle(task.Id),
        Printable.Cut(Printable.Line(Title(task)), TaskLength),
        StateOf(task),
        task.Rehearsal is true ? $"{task.Agent} (rehearsal)" : task.Agent,
        task.Model ?? "-",
        $"{Figures.Count(task.Usage.Output)}/{Figures.Count(task.Budget.Tokens)}",
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
        if (task.Result == TaskWords.Partial) return $"{Near(task.ResultPath, cwd)} (partial)";
        var place = task.Delivered is true || task.State != TaskWords.Ended ? task.Output ?? task.ResultPath : task.ResultPath;
        return Near(place, cwd);
    }

    /// <summary>A path below the current directory is shown from there.</summary>
    private static string Near(string? path, string cwd) =>
        path is null ? "-" : path.StartsWith(cwd + '/', StringComparison.Ordinal) ? path[(cwd.Length + 1)..] : path;
}
