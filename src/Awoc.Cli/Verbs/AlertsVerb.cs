using System.CommandLine;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Cli.Views;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary><c>awoc alerts</c>.</summary>
internal static class AlertsVerb
{
    public static VerbCommand Build(CliConsole console)
    {
        var all = new Option<bool>("--all") { Description = "Those that were put away too" };
        var json = Shared.Json();
        var command = new VerbCommand(
            "alerts",
            "Shows what needs you: tasks that wait for an answer, and tasks that ended otherwise than they were to, each with commands that go on from there. "
            + "A hook (alerts.command) or a webhook (alerts.webhook), set with awoc config, gets each once.")
        {
            Examples = ["awoc alerts", "awoc alerts dismiss 9f86d0", "awoc config set alerts.command 'notify-send \"AWOC\" \"$(jq -r .text)\"'"],
        };
        command.Options.Add(all);
        command.Options.Add(json);
        command.Subcommands.Add(Dismiss(console));
        command.SetAction(async (parsed, token) =>
        {
            var alerts = await console.Client().AlertsAsync(parsed.GetValue(all), token);
            if (parsed.GetValue(json)) await JsonOut.WriteArrayAsync(console, alerts.Alerts.ToAsyncEnumerable(), WireJson.Default.AlertView);
            else Print(console, alerts.Alerts);
            return ExitCodes.Succeeded;
        });
        return command;
    }

    private static VerbCommand Dismiss(CliConsole console)
    {
        var ids = new Argument<string[]>("ID") { Description = "Tasks: ids, beginnings of them, names, or @last", Arity = ArgumentArity.ZeroOrMore };
        var all = new Option<bool>("--all") { Description = "Every open alert" };
        var command = new VerbCommand("dismiss", "Puts alerts away. The tasks and what they produced stay; a retry that fails again is a new alert.")
        {
            Examples = ["awoc alerts dismiss 9f86d0", "awoc alerts dismiss --all"],
        };
        command.Arguments.Add(ids);
        command.Options.Add(all);
        command.SetAction(async (parsed, token) =>
        {
            var given = parsed.GetValue(ids) ?? [];
            if (given.Length == 0 == !parsed.GetValue(all)) throw new UsageException("name the tasks whose alerts to put away, or give --all");
            var client = console.Client();
            if (parsed.GetValue(all)) given = [.. (await client.AlertsAsync(token: token)).Alerts.Select(a => a.Task)];
            return await EachTask.DoAsync(console, given, reference => client.DismissAsync(reference, token));
        });
        return command;
    }

    private static void Print(CliConsole console, IReadOnlyList<AlertView> alerts)
    {
        if (alerts.Count == 0) console.Say("nothing needs you");
        foreach (var alert in alerts)
        {
            var name = alert.Name is null ? "" : $"  ({Printable.Line(alert.Name)})";
            console.Out.WriteLine($"{alert.At.ToLocalTime():yyyy-MM-dd HH:mm}  {Printable.Line(alert.Text)}{name}");
            foreach (var remedy in alert.Remedies) console.Out.WriteLine($"    {remedy}");
        }
    }
}
