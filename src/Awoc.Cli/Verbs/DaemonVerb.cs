using System.CommandLine;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Cli.Views;
using Awoc.Client;
using Awoc.Client.Daemon;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary><c>awoc daemon</c>. Other verbs start the daemon by themselves; here it is looked after.</summary>
internal static class DaemonVerb
{
    public static VerbCommand Build(CliConsole console)
    {
        var command = new VerbCommand(
            "daemon", "Looks after the daemon. It is started on demand: `start` also hands it the credentials of this environment.")
        {
            Examples =
            [
                "awoc daemon status --json",
                "awoc daemon stop             agents at work go on",
                "awoc daemon stop --cancel",
                "awoc daemon logs -f",
            ],
        };
        command.Subcommands.Add(Start(console));
        command.Subcommands.Add(Stop(console));
        command.Subcommands.Add(Status(console));
        command.Subcommands.Add(Restart(console));
        command.Subcommands.Add(DaemonLogs.Build(console));
        return command;
    }

    private static VerbCommand Start(CliConsole console)
    {
        var json = Shared.Json();
        var command = new VerbCommand("start", "Starts the daemon, or hands this environment's credentials to the one that runs.");
        command.Options.Add(json);
        command.SetAction(async (parsed, token) =>
        {
            var client = console.Client();
            var health = await client.HealthAsync(token);
            await HandOverAsync(console, client, token);
            Print(console, health, parsed.GetValue(json));
            return ExitCodes.Succeeded;
        });
        return command;
    }

    private static VerbCommand Stop(CliConsole console)
    {
        var cancel = new Option<bool>("--cancel") { Description = "Also cancel the tasks that run" };
        var json = Shared.Json();
        var command = new VerbCommand("stop", "Stops the daemon. Agents at work go on, and the next daemon takes them up again.");
        command.Options.Add(cancel);
        command.Options.Add(json);
        command.SetAction(async (parsed, token) =>
        {
            var reply = await StopAsync(console, parsed.GetValue(cancel), token);
            if (parsed.GetValue(json)) JsonOut.Write(console, reply ?? new StopReply(0, 0), WireJson.Default.StopReply);
            return ExitCodes.Succeeded;
        });
        return command;
    }

    private static VerbCommand Status(CliConsole console)
    {
        var json = Shared.Json();
        var command = new VerbCommand("status", "Says whether the daemon runs; exit code 69 when it does not.");
        command.Options.Add(json);
        command.SetAction(async (parsed, token) =>
        {
            var home = AwocHome.Resolve();
            if (await console.Client(home, launcher: null).FindAsync(token) is { } health)
            {
                Print(console, health, parsed.GetValue(json));
                return ExitCodes.Succeeded;
            }

            if (parsed.GetValue(json)) JsonOut.Write(console, new DaemonJson(false, home.Path, home.Socket), CliJson.Default.DaemonJson);
            console.Say($"no daemon serves {home.Path}; the next verb that needs one starts it, as does: awoc daemon start");
            return ExitCodes.Unavailable;
        });
        return command;
    }

    private static VerbCommand Restart(CliConsole console)
    {
        var json = Shared.Json();
        var command = new VerbCommand("restart", "Stops the daemon and starts it again. Agents at work go on.");
        command.Options.Add(json);
        command.SetAction(async (parsed, token) =>
        {
            await StopAsync(console, cancel: false, token);
            var client = console.Client();
            var health = await client.HealthAsync(token);
            await HandOverAsync(console, client, token);
            Print(console, health, parsed.GetValue(json));
            return ExitCodes.Succeeded;
        });
        return command;
    }

    /// <summary>Null when there was nothing to stop, which is what was asked for.</summary>
    private static async Task<StopReply?> StopAsync(CliConsole console, bool cancel, CancellationToken token)
    {
        var home = AwocHome.Resolve();
        var client = console.Client(home, launcher: null);
        if (await client.FindAsync(token) is null)
        {
            console.Say($"no daemon serves {home.Path}");
            return null;
        }

        var reply = await client.StopAsync(cancel, token);
        if (reply.LeftRunning > 0) console.Say($"stopped; {Count(reply.LeftRunning, "task goes on", "tasks go on")} and the next daemon takes them up");
        else if (reply.Canceled > 0) console.Say($"stopped; {Count(reply.Canceled, "task was canceled", "tasks were canceled")}");
        else console.Say("stopped");
        return reply;
    }

    private static async Task HandOverAsync(CliConsole console, AwocClient client, CancellationToken token)
    {
        // Without secrets too: some wait for an agent or a setting that may be there by now.
        var secrets = CallerEnvironment.Current().Secrets;
        var reply = await client.HandOverAsync(new CredentialsRequest(secrets), token);
        if (reply.Released.Count == 0) return;
        var released = string.Join(' ', reply.Released.Select(TaskWords.Handle));
        console.Say($"{Count(reply.Released.Count, "task that waited goes on", "tasks that waited go on")}: {released}");
    }

    private static void Print(CliConsole console, HealthView health, bool json)
    {
        if (json)
        {
            JsonOut.Write(console, DaemonJson.Of(health), CliJson.Default.DaemonJson);
            return;
        }

        FieldList.Write(console.Out,
        [
            ("running", "yes"),
            ("version", health.Version),
            ("pid", health.Pid.ToString()),
            ("home", health.Home),
            ("socket", health.Socket),
            ("since", $"{health.StartedAt.ToLocalTime():yyyy-MM-dd HH:mm:ss}"),
            ("tasks", $"{health.Running} running of {health.Limit} at most, {health.Queued} queued"),
        ]);
    }

    private static string Count(int number, string one, string many) => number == 1 ? $"1 {one}" : $"{number} {many}";
}
