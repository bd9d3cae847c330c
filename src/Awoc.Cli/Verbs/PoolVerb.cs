using System.CommandLine;
using System.Globalization;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Cli.Views;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary><c>awoc pool</c>: agents kept warm.</summary>
internal static class PoolVerb
{
    private const string Setting = "pool.size";
    private const int Most = 32;

    public static VerbCommand Build(CliConsole console)
    {
        var command = new VerbCommand(
            "pool",
            "Keeps agents started and ready for the agent, model, directory and settings that were launched most of late. A launch takes one and reaches its model in a "
            + "fraction of the time. Each serves one task; one whose files, settings or credentials changed is never used.")
        {
            Examples = ["awoc pool status", "awoc pool size 5", "awoc pool size 0    # keeps none", "awoc pool status --json | jq .hitRate"],
        };
        command.Subcommands.Add(Status(console));
        command.Subcommands.Add(Size(console));
        return command;
    }

    private static VerbCommand Status(CliConsole console)
    {
        var json = Shared.Json();
        var command = new VerbCommand("status", "Shows the agents that wait, what they cost, and how many launches found one.");
        command.Options.Add(json);
        command.SetAction(async (parsed, token) =>
        {
            var pool = await console.Client().PoolAsync(token);
            if (parsed.GetValue(json)) JsonOut.Write(console, pool, WireJson.Default.PoolView);
            else Print(console, pool);
            return ExitCodes.Succeeded;
        });
        return command;
    }

    private static VerbCommand Size(CliConsole console)
    {
        var number = new Argument<string>("N") { Description = $"Agents to keep, 0 to {Most}; 0 keeps none" };
        var json = Shared.Json();
        var command = new VerbCommand("size", $"Sets how many agents are kept warm: the setting {Setting}. 3 unless it is set.")
        {
            Examples = ["awoc pool size 5", "awoc pool size 0"],
        };
        command.Arguments.Add(number);
        command.Options.Add(json);
        command.SetAction(async (parsed, token) =>
        {
            var size = Numbers.Whole("N", parsed.GetValue(number), from: 0);
            var setting = await console.Client().ChangeSettingAsync(Setting, size?.ToString(CultureInfo.InvariantCulture), token);
            if (parsed.GetValue(json)) JsonOut.Write(console, setting, WireJson.Default.SettingView);
            else console.Out.WriteLine($"{setting.Key} = {setting.Value} ({setting.Source})");
            return ExitCodes.Succeeded;
        });
        return command;
    }

    private static void Print(CliConsole console, PoolView pool)
    {
        var asked = pool.Hits + pool.Misses;
        FieldList.Write(
            console.Out,
            [
                ("size", pool.Size == 0 ? "0: none is kept" : $"{pool.Size}, each for at most {Figures.Limit(pool.MaxAgeSeconds)}"),
                ("hit rate", pool.HitRate is { } rate
                    ? string.Create(CultureInfo.InvariantCulture, $"{rate * 100:0.#} %: {pool.Hits} of {asked} starts took a warm agent, since the daemon started")
                    : "no data: nothing was launched that could have taken one"),
                ("held back", pool.HeldBack),
            ]);
        if (pool.Spares.Count == 0)
        {
            if (pool.Size > 0) console.Say("none waits now: the pool begins with the first launch, and ends half an hour after the last");
            return;
        }

        console.Out.WriteLine();
        console.Out.WriteLine($"{"ID",-12}  {"AGENT",-8}  {"MODEL",-12}  {"AGE",7}  {"MEMORY",8}  {"CPU",8}  DIRECTORY, PROFILE");
        foreach (var spare in pool.Spares)
        {
            var memory = spare.MemoryMb is { } mb ? string.Create(CultureInfo.InvariantCulture, $"{mb:0} MB") : "-";
            var cpu = spare is { CpuMs: { } used, AgeSeconds: > 0 } ? string.Create(CultureInfo.InvariantCulture, $"{used / spare.AgeSeconds / 10:0.0} %") : "-";
            console.Out.WriteLine(
                $"{spare.Id,-12}  {Printable.Line(spare.Agent),-8}  {Printable.Line(spare.Model ?? "-"),-12}  {Figures.Duration((long)(spare.AgeSeconds * 1000)),7}  {memory,8}  {cpu,8}  "
                + $"{Printable.Line(spare.Directory)}, {Printable.Line(spare.Profile)}");
        }
    }
}
