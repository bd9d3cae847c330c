using Awoc.Cli.Terminal;
using Awoc.Cli.Views;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary>The end of a task, in words and as an exit code.</summary>
internal static class Ending
{
    public static int ExitCode(TaskView task) => task.ExitCode ?? ExitCodes.OfOutcome(task.Outcome);

    /// <summary>A failure is always told; a success only to a person.</summary>
    public static void Say(CliConsole console, TaskView task)
    {
        if (task.Outcome != TaskWords.Succeeded || CliConsole.ErrorIsTerminal) console.Say(Sentence(task));
    }

    public static string Sentence(TaskView task)
    {
        var why = task.Reason is { } reason && task.Outcome != TaskWords.Succeeded ? $" ({reason})" : "";
        var detail = task.Detail is { } text ? $": {Printable.Line(text).TrimEnd('.')}" : "";
        var spent = $"{(task.Budget.Tokens is null ? "" : $", {Figures.Tokens(task.Usage.Output)}")}, {Figures.Duration(task.RunMs)}";
        var rehearsed = task.Rehearsal is true ? ", rehearsal" : "";
        var handle = TaskWords.Handle(task.Id);
        var result = task.Result switch
        {
            TaskWords.NoResult => "",
            TaskWords.Partial => $"; partial result: awoc output {handle}",
            _ when task is { Delivered: true, Output: { } output } => $"; result: {output}",
            _ => $"; result: awoc output {handle}",
        };
        return $"{handle} {task.Outcome}{why}{spent}{rehearsed}{detail}{result}";
    }

    /// <summary>Ctrl-C: says that the task goes on, and how to come back.</summary>
    public static int Detached(CliConsole console, params IReadOnlyCollection<string> ids)
    {
        var handles = string.Join(' ', ids.Select(TaskWords.Handle));
        if (CliConsole.ErrorIsTerminal) console.Error.WriteLine();
        console.Say(ids.Count == 1
            ? $"detached; the task goes on. Come back with: awoc wait {handles}"
            : $"detached; the tasks go on. Come back with: awoc wait {handles}");
        return ExitCodes.Detached;
    }
}
