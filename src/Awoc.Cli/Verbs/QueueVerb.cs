using System.CommandLine;
using System.Globalization;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Cli.Views;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary><c>awoc queue</c>: lanes that tasks wait in.</summary>
internal static class QueueVerb
{
    private static readonly string[] s_titles = ["QUEUE", "LIMIT", "RUNNING", "WAITING", "STATE"];

    public static VerbCommand Build(CliConsole console)
    {
        var command = new VerbCommand(
            "queue",
            "Shows queues and changes them, for good and at once. A queue comes into being by being named: awoc run --queue NAME. Why a task waits is said by 'awoc status ID'.")
        {
            Examples = ["awoc queue list", "awoc queue set heavy --limit 2", "awoc queue set heavy --limit off", "awoc queue pause heavy", "awoc queue resume heavy"],
        };
        command.Subcommands.Add(List(console));
        command.Subcommands.Add(Switch(console, "pause", "Starts nothing more from a queue. What runs goes on; no task's time runs out while it waits.", paused: true));
        command.Subcommands.Add(Switch(console, "resume", "Lets a paused queue go on.", paused: false));
        command.Subcommands.Add(Set(console));
        return command;
    }

    private static VerbCommand List(CliConsole console)
    {
        var json = Shared.Json();
        var command = new VerbCommand("list", "Lists the queues that are configured or in use, and 'default'.") { Examples = ["awoc queue list", "awoc queue list --json | jq '.queues[].waiting'"] };
        command.Options.Add(json);
        command.SetAction(async (parsed, token) =>
        {
            var list = await console.Client().QueuesAsync(token);
            if (parsed.GetValue(json)) JsonOut.Write(console, list, WireJson.Default.QueueList);
            else Print(console, list);
            return ExitCodes.Succeeded;
        });
        return command;
    }

    private static VerbCommand Switch(CliConsole console, string word, string description, bool paused)
    {
        var name = Name();
        var json = Shared.Json();
        var command = new VerbCommand(word, description) { Examples = [$"awoc queue {word} heavy"] };
        command.Arguments.Add(name);
        command.Options.Add(json);
        command.SetAction((parsed, token) => ChangeAsync(console, parsed.GetValue(name)!, new QueueChange(Paused: paused), parsed.GetValue(json), token));
        return command;
    }

    private static VerbCommand Set(CliConsole console)
    {
        var name = Name();
        var limit = new Option<string>("--limit") { HelpName = "N", Description = "So many of its attempts at once, 1 to 1000; off for no limit of its own" };
        var json = Shared.Json();
        var command = new VerbCommand("set", "Limits how many attempts of a queue run at once. What runs beyond a lower limit goes on.")
        {
            Examples = ["awoc queue set heavy --limit 2", "awoc queue set heavy --limit off"],
        };
        command.Arguments.Add(name);
        command.Options.Add(limit);
        command.Options.Add(json);
        command.SetAction((parsed, token) =>
        {
            var given = parsed.GetValue(limit) ?? throw new UsageException("say what to set: --limit N, or --limit off");
            return ChangeAsync(console, parsed.GetValue(name)!, new QueueChange(Limit: given), parsed.GetValue(json), token);
        });
        return command;
    }

    private static async Task<int> ChangeAsync(CliConsole console, string name, QueueChange change, bool json, CancellationToken token)
    {
        var queue = await console.Client().ChangeQueueAsync(name, change, token);
        if (json) JsonOut.Write(console, queue, WireJson.Default.QueueView);
        else console.Say($"queue {queue.Name}: {LimitOf(queue)}, {StateOf(queue)}, {queue.Running} running, {queue.Waiting} waiting");
        return ExitCodes.Succeeded;
    }

    private static void Print(CliConsole console, QueueList list)
    {
        List<string[]> lines =
        [
            s_titles,
            .. list.Queues.Select(q => (string[])[q.Name, q.Limit?.ToString(CultureInfo.InvariantCulture) ?? "-", Text(q.Running), Text(q.Waiting), StateOf(q)]),
            ["(all)", Text(list.Limit), Text(list.Running), Text(list.Waiting), ""],
        ];
        var widths = Enumerable.Range(0, s_titles.Length).Select(c => lines.Max(l => l[c].Length)).ToArray();
        foreach (var line in lines) console.Out.WriteLine(string.Join("  ", line.Select((cell, c) => cell.PadRight(widths[c]))).TrimEnd());
    }

    private static string LimitOf(QueueView queue) => queue.Limit is { } limit ? $"{limit} at once" : "no limit of its own";

    private static string StateOf(QueueView queue) => queue.Paused ? "paused" : "open";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static Argument<string> Name() => new("NAME") { Description = "The queue" };
}
