using System.CommandLine;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Cli.Views;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary><c>awoc inbox</c>: what ended and nobody has read.</summary>
internal static class InboxVerb
{
    public static VerbCommand Build(CliConsole console)
    {
        var limit = new Option<string>("--limit") { HelpName = "N", Description = "List so many at most (100)" };
        var json = Shared.Json();
        var command = new VerbCommand(
            "inbox",
            "Shows every ended task whose result nobody has read, the oldest first, each with the command that goes on from there. Printing a result whole, integrating it "
            + "and 'recover use' take it out of the inbox, and so does 'inbox ack'.")
        {
            Examples = ["awoc inbox", "awoc inbox ack 9f86d0", "awoc inbox ack --all", "awoc inbox --json | jq -r '.items[].next'"],
        };
        command.Options.Add(limit);
        command.Options.Add(json);
        command.Subcommands.Add(Acknowledge(console));
        command.SetAction(async (parsed, token) =>
        {
            var inbox = await console.Client().InboxAsync(Numbers.Whole("--limit", parsed.GetValue(limit), from: 1), token);
            if (parsed.GetValue(json)) JsonOut.Write(console, inbox, WireJson.Default.InboxView);
            else Print(console, inbox);
            return ExitCodes.Succeeded;
        });
        return command;
    }

    private static VerbCommand Acknowledge(CliConsole console)
    {
        var ids = Shared.Ids(ArgumentArity.ZeroOrMore);
        var all = new Option<bool>("--all") { Description = "Every one that is in the inbox" };
        var command = new VerbCommand("ack", "Takes ended tasks out of the inbox. They and what they produced stay.")
        {
            Examples = ["awoc inbox ack 9f86d0 api-review", "awoc inbox ack --all"],
        };
        command.Arguments.Add(ids);
        command.Options.Add(all);
        command.SetAction(async (parsed, token) =>
        {
            var given = parsed.GetValue(ids) ?? [];
            if (given.Length == 0 == !parsed.GetValue(all)) throw new UsageException("name the tasks to acknowledge, or give --all");
            var client = console.Client();
            if (parsed.GetValue(all)) return await AllAsync(client, token);
            return await EachTask.DoAsync(console, given, reference => client.AcknowledgeAsync(reference, token));
        });
        return command;
    }

    private static async Task<int> AllAsync(AwocClient client, CancellationToken token)
    {
        while (true)
        {
            var inbox = await client.InboxAsync(token: token);
            foreach (var item in inbox.Items) await client.AcknowledgeAsync(item.Id, token);
            if (inbox.Items.Count == inbox.Unread) return ExitCodes.Succeeded;
        }
    }

    private static void Print(CliConsole console, InboxView inbox)
    {
        if (inbox.Items.Count == 0) console.Say("nothing is unread");
        foreach (var item in inbox.Items)
        {
            var name = item.Name is null ? "" : $"  ({Printable.Line(item.Name)})";
            var why = item.Reason is { } reason ? $" ({reason})" : "";
            var size = item.Bytes is { } bytes ? $", {Figures.Count(bytes)} bytes" : "";
            var result = item.Result == TaskWords.NoResult ? "no result" : $"{item.Result} result{size}";
            console.Out.WriteLine(
                $"{item.EndedAt.ToLocalTime():yyyy-MM-dd HH:mm}  {TaskWords.Handle(item.Id)}  {item.Type} {item.Outcome}{why}, {result}{(item.Rehearsal is true ? ", rehearsal" : "")}{name}");
            if ((item.Summary ?? item.Description) is { } text) console.Out.WriteLine($"    {Printable.Line(text)}");
            console.Out.WriteLine($"    {item.Next}");
        }

        if (inbox.Unread > inbox.Items.Count) console.Say($"{Figures.Count(inbox.Unread - inbox.Items.Count)} more: awoc inbox --limit {inbox.Unread}");
    }
}
