using System.CommandLine;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary><c>awoc wait</c>: the shell's <c>wait</c> for tasks.</summary>
internal static class WaitVerb
{
    public static VerbCommand Build(CliConsole console)
    {
        var ids = Shared.Ids(ArgumentArity.ZeroOrMore);
        var any = new Option<bool>("--any") { Description = "Return when the first of them has ended" };
        var all = new Option<bool>("--all") { Description = "Return when all of them have ended (default)" };
        var failFast = new Option<bool>("--fail-fast") { Description = "Return when the first of them has not succeeded" };
        var group = new Option<string>("--group") { HelpName = "NAME", Description = "All tasks of this group" };
        var timeout = new Option<string>("--timeout") { HelpName = "TIME", Description = "Give up after 600 (seconds), 10m, 24h; exit code 75" };
        var json = Shared.Json();
        var command = new VerbCommand(
            "wait",
            "Waits until tasks have ended, prints a line for each (its id and its outcome), and exits with the worst of their exit codes. "
            + "Without an ID: the live tasks of this session (AWOC_SESSION_ID), or outside of one all live tasks.")
        {
            Examples =
            [
                "awoc wait 9f86d0 && echo done",
                "awoc wait $A $B $C --timeout 30m",
                "awoc wait --any $A $B",
                "awoc wait --group nightly --fail-fast",
                "awoc wait                       everything that is under way",
            ],
        };
        command.Arguments.Add(ids);
        foreach (var option in (Option[])[any, all, failFast, group, timeout, json]) command.Options.Add(option);
        command.SetAction((parsed, token) =>
        {
            if (parsed.GetValue(any) && parsed.GetValue(all)) throw new UsageException("--any and --all exclude each other.");
            if (parsed.GetValue(any) && parsed.GetValue(failFast)) throw new UsageException("--any and --fail-fast exclude each other: the first end is the end either way.");
            var references = parsed.GetValue(ids) ?? [];
            if (references.Length > 0 && parsed.GetValue(group) is not null) throw new UsageException("Give IDs or --group, not both.");
            var limit = parsed.GetValue(timeout) is { } text ? DurationText.Parse("--timeout", text) : (TimeSpan?)null;
            var until = parsed.GetValue(any) ? Until.First : parsed.GetValue(failFast) ? Until.Failure : Until.All;
            return WaitAsync(console, references, parsed.GetValue(group), until, limit, parsed.GetValue(json), token);
        });
        return command;
    }

    private static async Task<int> WaitAsync(
        CliConsole console, string[] references, string? group, Until until, TimeSpan? limit, bool json, CancellationToken token)
    {
        var client = console.Client();
        if (group is not null) references = await OfGroupAsync(client, group, token);
        else if (references.Length == 0) references = await LiveAsync(client, token);
        if (references.Length == 0)
        {
            if (json) await JsonOut.WriteArrayAsync(console, AsyncEnumerable.Empty<TaskView>(), WireJson.Default.TaskView);
            else console.Say("nothing to wait for: no task is under way");
            return ExitCodes.Succeeded;
        }

        using var interrupt = new Interrupt();
        using var timer = limit is { } time ? new CancellationTokenSource(time, console.Time) : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(interrupt.Token, timer.Token);
        List<TaskView> ended = [];
        var code = ExitCodes.Succeeded;
        try
        {
            var progress = new Progress(console);
            await foreach (var task in client.WaitAsync(references, progress.Event, progress.Found, either.Token))
            {
                ended.Add(task);
                code = ExitCodes.Worst(code, Ending.ExitCode(task));
                if (!json)
                {
                    console.Out.WriteLine($"{task.Id} {task.Outcome}");
                    await console.Out.FlushAsync(token);
                }

                if (until == Until.First || (until == Until.Failure && task.Outcome != TaskWords.Succeeded)) break;
            }
        }
        catch (OperationCanceledException) when (interrupt.Happened)
        {
            code = Ending.Detached(console, references);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested)
        {
            console.Say($"gave up: {ended.Count} of {references.Length} had ended. They go on; wait again with: awoc wait {string.Join(' ', references)}");
            code = ExitCodes.WaitGaveUp;
        }

        if (json) await JsonOut.WriteArrayAsync(console, ended.ToAsyncEnumerable(), WireJson.Default.TaskView);
        return code;
    }

    private enum Until
    {
        All,
        First,
        Failure,
    }

    private static async Task<string[]> OfGroupAsync(AwocClient client, string group, CancellationToken token)
    {
        string[] ids = [.. (await client.GroupAsync(group, token)).Select(t => t.Id).Reverse()];
        return ids.Length > 0 ? ids : throw new UsageException($"There is no task of a group '{Printable.Line(group)}'. `awoc status all` lists tasks, `awoc status ID` shows a task's group.");
    }

    private static async Task<string[]> LiveAsync(AwocClient client, CancellationToken token)
    {
        var session = Shared.Session;
        List<string> ids = [];
        for (var query = new TaskQuery { States = TaskWords.LiveStates, Limit = 500 }; ;)
        {
            var page = await client.ListAsync(query, token);
            ids.AddRange(page.Tasks.Where(t => session is null || t.Parent == session).Select(t => t.Id));
            if (page.Next is null) return [.. ids];
            query = query with { Before = page.Next };
        }
    }
}
