using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Client;
using Awoc.Client.Daemon;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary>What <c>awoc doctor --json</c> prints.</summary>
internal sealed record DoctorJson(IReadOnlyList<DoctorCheck> Checks, string? Chosen);

/// <summary><c>awoc doctor</c>: what it can see by itself, then what the daemon sees.</summary>
internal static class DoctorVerb
{
    private const string Ok = "ok";
    private const string Bad = "error";

    public static VerbCommand Build(CliConsole console)
    {
        var json = Shared.Json();
        var command = new VerbCommand("doctor", "Looks at home, daemon, agents and credentials, and says what to do. Exit code 69 when something stands in the way.")
        {
            Examples = ["awoc doctor", "awoc doctor --json | jq '.checks[] | select(.level != \"ok\")'"],
        };
        command.Options.Add(json);
        command.SetAction(async (parsed, token) =>
        {
            var report = await ReportAsync(console, token);
            if (parsed.GetValue(json)) JsonOut.Write(console, report, CliJson.Default.DoctorJson);
            else Print(console.Out, report);
            return report.Checks.Any(c => c.Level == Bad) ? ExitCodes.Unavailable : ExitCodes.Succeeded;
        });
        return command;
    }

    private static async Task<DoctorJson> ReportAsync(CliConsole console, CancellationToken token)
    {
        List<DoctorCheck> checks = [new("awoc", Ok, $"version {ClientVersion.Text}, {Environment.ProcessPath}", null)];
        try
        {
            var home = AwocHome.Resolve();
            home.Prepare();
            checks.Add(new("home", Ok, home.Path, null));
            var program = Program();
            checks.Add(program);

            // Without its program a daemon may still serve, from before; it just cannot be started.
            var client = console.Client(home, program.Level == Ok ? new DaemonLauncher(console.Time) : null);
            var environment = CallerEnvironment.Current();
            var report = await client.DoctorAsync(new DoctorRequest(Environment.CurrentDirectory, environment.Plain, environment.Secrets), token);
            return new DoctorJson([.. checks, .. report.Checks], report.Chosen);
        }
        catch (AwocException e)
        {
            var area = checks.Count == 1 ? "home" : "daemon";
            checks.Add(new(area, Bad, e.Message, e.Problem.Detail));
            return new DoctorJson(checks, null);
        }
    }

    private static DoctorCheck Program()
    {
        var program = DaemonLauncher.Program;
        const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        if (!OperatingSystem.IsLinux()) return new("daemon program", Bad, program, AwocHome.NotLinux);
        var found = !File.Exists(program) ? "is missing" : (File.GetUnixFileMode(program) & Executable) == 0 ? "is not executable" : null;
        return found is null
            ? new("daemon program", Ok, program, null)
            : new("daemon program", Bad, $"{program} {found}", DaemonLauncher.WayOut(program));
    }

    private static void Print(TextWriter writer, DoctorJson report)
    {
        foreach (var check in report.Checks)
        {
            writer.WriteLine($"{check.Level,-8} {check.Area,-16} {Printable.Line(check.Found)}");
            if (check.Next is { } next) writer.WriteLine($"{"",-26}{Printable.Line(next)}");
        }

        writer.WriteLine(report.Chosen is { } agent ? $"`awoc run` would use the agent {agent} here." : "`awoc run` has no agent to use here.");
    }
}
