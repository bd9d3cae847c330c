using System.CommandLine;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary><c>awoc cancel</c>.</summary>
internal static class CancelVerb
{
    public static VerbCommand Build(CliConsole console)
    {
        var ids = Shared.Ids(ArgumentArity.ZeroOrMore);
        var noWait = new Option<bool>("--no-wait") { Description = "Return when it has been asked for, not when it has happened" };
        var group = new Option<string>("--group") { HelpName = "NAME", Description = "All live tasks of this group" };
        var json = Shared.Json();
        var command = new VerbCommand(
            "cancel",
            "Ends tasks: the agent is asked, then interrupted, then killed with everything it started. Returns when they have ended; "
            + "what they produced is kept.")
        {
            Examples = ["awoc cancel 9f86d0", "awoc cancel $A $B", "awoc cancel @last --no-wait", "awoc cancel --group nightly"],
        };
        command.Arguments.Add(ids);
        command.Options.Add(group);
        command.Options.Add(noWait);
        command.Options.Add(json);
        command.SetAction((parsed, token) =>
        {
            var references = parsed.GetValue(ids) ?? [];
            if (references.Length > 0 == parsed.GetValue(group) is not null)
                throw new UsageException("Name the tasks to cancel, or a group with --group: one of the two.", "`awoc cancel --help` has its arguments and flags.");
            return CancelAsync(console, references, parsed.GetValue(group), !parsed.GetValue(noWait), parsed.GetValue(json), token);
        });
        return command;
    }

    private static async Task<int> CancelAsync(
        CliConsole console, string[] references, string? group, bool wait, bool json, CancellationToken token)
    {
        var client = console.Client();
        List<TaskView> tasks = group is null ? [] : [.. await client.CancelGroupAsync(group, token)];
        if (group is not null && tasks.Count == 0) console.Say($"every task of the group {Printable.Line(group)} had ended already");
        var code = await EachTask.DoAsync(console, references, async reference =>
        {
            // What has ended before is told apart from what ends now.
            var before = await client.TaskAsync(reference, token);
            var ended = before.State == TaskWords.Ended;
            if (ended) console.Say($"{TaskWords.Handle(before.Id)} had ended already: {before.Outcome}");
            tasks.Add(ended ? before : await client.CancelAsync(before.Id, token));
        });

        if (wait) code = ExitCodes.Worst(code, await WaitAsync(console, client, tasks));
        foreach (var next in tasks.Where(t => t is { Successor: not null, Recurs: not null, Outcome: TaskWords.Canceled }))
            console.Say($"{TaskWords.Handle(next.Id)} recurs, and its next run is scheduled: end the series with 'awoc cancel {TaskWords.Handle(next.Successor!)}'");
        if (json) await JsonOut.WriteArrayAsync(console, tasks.ToAsyncEnumerable(), WireJson.Default.TaskView);
        else foreach (var task in tasks) console.Out.WriteLine($"{task.Id} {task.Outcome ?? "cancel_requested"}");
        return code;
    }

    private static async Task<int> WaitAsync(CliConsole console, AwocClient client, List<TaskView> tasks)
    {
        string[] open = [.. tasks.Where(t => t.State != TaskWords.Ended).Select(t => t.Id)];
        using var interrupt = new Interrupt();
        try
        {
            await foreach (var ended in client.WaitAsync(open, token: interrupt.Token))
                tasks[tasks.FindIndex(t => t.Id == ended.Id)] = ended;
            return ExitCodes.Succeeded;
        }
        catch (OperationCanceledException) when (interrupt.Happened)
        {
            console.Say("detached; the tasks are being ended all the same");
            return ExitCodes.Detached;
        }
    }
}
