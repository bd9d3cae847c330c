using System.CommandLine;
using System.Runtime.CompilerServices;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Cli.Views;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary><c>awoc status</c>: one task, or a listing.</summary>
internal static class StatusVerb
{
    private const string All = "all";
    private const int PageSize = 500;

    public static VerbCommand Build(CliConsole console)
    {
        var which = new Argument<string[]>("WHICH")
        {
            Description = $"A task (ID), all, or states and outcomes: {string.Join(", ", TaskWords.States.Concat(TaskWords.Outcomes))}",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var limit = new Option<string>("--limit") { HelpName = "N", Description = "List so many at most (50; all lists all)" };
        var json = Shared.Json();
        var command = new VerbCommand("status", "Shows the live tasks and the newest that have ended; or one task in detail.")
        {
            Examples =
            [
                "awoc status                     the live tasks and the newest",
                "awoc status running queued      what is at work or waits for a slot",
                "awoc status failed --limit 10   the last ten failures",
                "awoc status @last               the newest task in detail",
                "awoc status all --json | jq '.[].usage.output'",
            ],
        };
        command.Arguments.Add(which);
        command.Options.Add(limit);
        command.Options.Add(json);
        command.SetAction((parsed, token) =>
        {
            var words = parsed.GetValue(which) ?? [];
            var most = Numbers.Whole("--limit", parsed.GetValue(limit), from: 1);
            return words.Length == 1 && !IsFilter(words[0])
                ? OneAsync(console, words[0], parsed.GetValue(json), token)
                : ListAsync(console, Query(words, most), most, words.Length > 0, parsed.GetValue(json), token);
        });
        return command;
    }

    private static IEnumerable<string> Filters => [All, .. TaskWords.States, .. TaskWords.Outcomes];

    private static bool IsFilter(string word) => Filters.Contains(word);

    private static TaskQuery Query(string[] words, int? limit)
    {
        foreach (var word in words)
        {
            if (!IsFilter(word))
                throw new UsageException($"'{Printable.Line(word)}' is no state and no outcome.{Nearest.Hint(word, Filters)} One task at a time: awoc status ID.");
        }

        if (words.Length == 0) return new TaskQuery { Limit = limit };
        var page = Math.Min(limit ?? PageSize, PageSize);
        if (words.Contains(All)) return new TaskQuery { States = TaskWords.States, Limit = page };
        return new TaskQuery
        {
            States = [.. TaskWords.States.Intersect(words)],
            Outcomes = [.. TaskWords.Outcomes.Intersect(words)],
            Limit = page,
        };
    }

    private static async Task<int> OneAsync(CliConsole console, string reference, bool json, CancellationToken token)
    {
        TaskView task;
        try
        {
            task = await console.Client().TaskAsync(reference, token);
        }
        catch (AwocException e) when (e.Problem.Type == ProblemTypes.NotFound && Nearest.To(reference, Filters) is { } near)
        {
            throw new AwocException(e.Problem with { Detail = $"Did you mean: awoc status {near}" }, e);
        }

        if (json) JsonOut.Write(console, task, WireJson.Default.TaskView);
        else TaskDetail.Write(console.Out, task, console.Time.GetUtcNow());
        return ExitCodes.Succeeded;
    }

    private static async Task<int> ListAsync(
        CliConsole console, TaskQuery query, int? limit, bool filtered, bool json, CancellationToken token)
    {
        // Without a filter the daemon chooses: the live ones and the newest, in one page.
        long unread = 0;
        IReadOnlyList<QueueView> paused = [];
        var tasks = TasksAsync(
            console.Client(), query, filtered ? limit : limit ?? int.MaxValue, onePage: !filtered, page => (unread, paused) = (page.Unread, page.Paused ?? []), token);
        if (json)
        {
            await JsonOut.WriteArrayAsync(console, tasks, WireJson.Default.TaskView);
            return ExitCodes.Succeeded;
        }

        List<TaskRow> rows = [];
        var now = console.Time.GetUtcNow();
        var cwd = Environment.CurrentDirectory;
        await foreach (var task in tasks) rows.Add(TaskRow.Of(task, now, cwd));
        if (rows.Count > 0) TaskTable.Write(console.Out, rows);
        else if (CliConsole.ErrorIsTerminal) console.Say(filtered ? "no such tasks" : "no tasks yet. Launch one with: awoc run \"TYPE:DESCRIPTION\"");
        foreach (var queue in paused)
            console.Say($"queue {queue.Name} is paused and {(queue.Waiting == 1 ? "1 task waits" : $"{queue.Waiting} tasks wait")} in it: awoc queue resume {queue.Name}");
        if (unread > 0 && !filtered && CliConsole.ErrorIsTerminal) console.Say(unread == 1 ? "1 unread result: awoc inbox" : $"{unread} unread results: awoc inbox");
        return ExitCodes.Succeeded;
    }

    private static async IAsyncEnumerable<TaskView> TasksAsync(
        AwocClient client, TaskQuery query, int? limit, bool onePage, Action<TaskPage> seen, [EnumeratorCancellation] CancellationToken token)
    {
        var left = limit ?? int.MaxValue;
        for (var next = query; ;)
        {
            var page = await client.ListAsync(next, token);
            seen(page);
            foreach (var task in page.Tasks)
            {
                yield return task;
                if (--left == 0) yield break;
            }

            if (onePage || page.Next is null) yield break;
            next = next with { Before = page.Next };
        }
    }
}
