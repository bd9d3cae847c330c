using System.CommandLine;
using System.Globalization;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Cli.Views;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary><c>awoc metrics</c>: the seed's four success metrics.</summary>
internal static class MetricsVerb
{
    public static VerbCommand Build(CliConsole console)
    {
        var since = new Option<string>("--since") { HelpName = "TIME", Description = "Tasks launched in the last 24h, 7d, 3600 (seconds); else 24h" };
        var json = Shared.Json();
        var command = new VerbCommand(
            "metrics", "Shows how tasks fared: success, integration quality, how many ran at once, tokens used of those budgeted, input read from the provider's cache. Rehearsed tasks do not count.")
        {
            Examples = ["awoc metrics", "awoc metrics --since 7d", "awoc metrics --json | jq .integrationQuality"],
        };
        command.Options.Add(since);
        command.Options.Add(json);
        command.SetAction(async (parsed, token) =>
        {
            var metrics = await console.Client().MetricsAsync(parsed.GetValue(since) ?? "24h", token);
            if (parsed.GetValue(json)) JsonOut.Write(console, metrics, WireJson.Default.MetricsView);
            else Print(console.Out, metrics);
            if (metrics.Ended == 0) console.Say("no task has ended since then; rehearsed tasks do not count");
            return ExitCodes.Succeeded;
        });
        return command;
    }

    private static void Print(TextWriter writer, MetricsView m)
    {
        (string Name, string Value)[] fields =
        [
            ("since", $"{m.Since.ToLocalTime():yyyy-MM-dd HH:mm}"),
            ("task success rate", $"{Share(m.SuccessRate)}{(m.Ended > 0 ? $": {string.Join(", ", m.Outcomes.Select(o => $"{o.Value} {o.Key}"))}" : "")}"),
            ("integration quality", m.QualityParts is { } q
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"{m.IntegrationQuality:0.00}: {m.Integrations} integrations ({m.Undone} undone), {q.TargetLinesKept} of {q.TargetLines} lines kept, {q.DuplicatesAvoided} duplicates avoided, {q.Conflicts} conflicts, {q.DanglingLinks} dangling links, {q.ContractFindings} contract findings")
                : "no data"),
            ("parallel efficiency", m.ParallelEfficiency is { } p
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"{p:0.00} at once on the average: {Figures.Duration((long)(m.RunningSeconds * 1000))} of running in {Figures.Duration((long)(m.BusySeconds * 1000))}")
                : "no data"),
            ("resource utilization", m.ResourceUtilization is not null ? $"{Share(m.ResourceUtilization)}: {Figures.Tokens(m.TokensUsed)} of {Figures.Count(m.TokensBudgeted)} budgeted" : "no data"),
            ("input from cache", m.CacheReadShare is not null ? $"{Share(m.CacheReadShare)}: {Figures.Count(m.InputFromCache)} read, {Figures.Count(m.InputToCache)} written, {Figures.Count(m.InputFresh)} neither" : "no data"),
            ("warm pool hit rate", m.PoolHitRate is not null ? $"{Share(m.PoolHitRate)}: {m.WarmStarts} of {m.WarmableStarts} starts took a warm agent" : "no data"),
        ];
        foreach (var (name, value) in fields) writer.WriteLine($"{name,-21} {Printable.Line(value)}");
    }

    private static string Share(double? share) => share is { } s ? string.Create(CultureInfo.InvariantCulture, $"{s * 100:0.#} %") : "no data";
}
