using System.CommandLine;
using System.Globalization;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Cli.Views;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary><c>awoc quota</c>.</summary>
internal static class QuotaVerb
{
    public static VerbCommand Build(CliConsole console)
    {
        var json = Shared.Json();
        var command = new VerbCommand(
            "quota",
            "Shows the limits of the model APIs: how many requests may be under way for each account and model, how far each usage window is used "
            + "and when it begins anew, and which tasks wait for one. With 'awoc config set quota.reserve 30%' background work leaves the last 30 % of a subscription's windows to you.")
        {
            Examples = ["awoc quota", "awoc quota --json | jq '.windows[] | select(.state != \"open\")'", "awoc quota report --window 5h --used 72 --resets-at 2026-11-23T14:30:00Z"],
        };
        command.Options.Add(json);
        command.Subcommands.Add(Report(console));
        command.SetAction(async (parsed, token) =>
        {
            var quota = await console.Client().QuotaAsync(token);
            if (parsed.GetValue(json)) JsonOut.Write(console, quota, WireJson.Default.QuotaView);
            else Print(console, quota);
            return ExitCodes.Succeeded;
        });
        return command;
    }

    private static VerbCommand Report(CliConsole console)
    {
        var window = new Option<string>("--window") { HelpName = "NAME", Description = "The window: 5h, 7d", Required = true };
        var used = new Option<string>("--used") { HelpName = "PERCENT", Description = "How far it is used", Required = true };
        var resets = new Option<string?>("--resets-at") { HelpName = "TIME", Description = "When it begins anew: 2026-11-23T14:30:00Z, or seconds since 1970" };
        var account = new Option<string?>("--account") { HelpName = "ACCOUNT", Description = "Whose, as awoc quota names it; else your login at Anthropic" };
        var json = Shared.Json();
        var command = new VerbCommand("report", "Says how far a usage window is used, for what knows it from your own session, such as a status line.")
        {
            Examples = ["awoc quota report --window 5h --used 72 --resets-at 1795375539"],
        };
        foreach (var option in new Option[] { window, used, resets, account, json }) command.Options.Add(option);
        command.SetAction(async (parsed, token) =>
        {
            var told = await console.Client().ReportQuotaAsync(
                new QuotaReport
                {
                    Window = parsed.GetValue(window)!,
                    Used = parsed.GetValue(used)!,
                    ResetsAt = parsed.GetValue(resets),
                    Account = parsed.GetValue(account),
                },
                token);
            if (parsed.GetValue(json)) JsonOut.Write(console, told, WireJson.Default.WindowView);
            else console.Out.WriteLine(Line(told));
            return ExitCodes.Succeeded;
        });
        return command;
    }

    private static void Print(CliConsole console, QuotaView quota)
    {
        var writer = console.Out;
        foreach (var lane in quota.Lanes)
        {
            var rate = lane.RequestsPerSecond is { } perSecond ? string.Create(CultureInfo.InvariantCulture, $", {perSecond:0.##} a second") : "";
            var closed = lane.OpensAt is { } opens ? $", closed until {opens.ToLocalTime():yyyy-MM-dd HH:mm}" : "";
            writer.WriteLine(Printable.Line(
                $"lane    {lane.Account} {lane.Model}: {lane.InFlight} of {lane.Allowed} at once{rate}, {lane.Waiting} waiting{closed}; {Figures.Count(lane.Accepted)} taken, {Figures.Count(lane.Refused)} refused"));
        }

        foreach (var window in quota.Windows) writer.WriteLine(Printable.Line($"window  {Line(window)}"));
        foreach (var task in quota.Waiting) writer.WriteLine(Printable.Line($"waits   {task.Id} {task.WaitsFor}"));
        if (quota.Reserve is { } reserve) writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"reserve {reserve * 100:0} % of each subscription window is left to you"));
        if (quota.Lanes.Count + quota.Windows.Count == 0) console.Say("no model API was asked since the daemon's start, and no usage window is known");
    }

    private static string Line(WindowView window)
    {
        var model = window.Model is null ? "" : $" {window.Model}";
        var used = window.Used is { } share ? string.Create(CultureInfo.InvariantCulture, $", {share:0.#} % used") : "";
        var resets = window.ResetsAt is { } at ? $", begins anew {at.ToLocalTime():yyyy-MM-dd HH:mm}" : "";
        return $"{window.Account} {window.Window}{model}: {window.State}{used}{resets}";
    }
}
