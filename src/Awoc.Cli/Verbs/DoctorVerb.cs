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
            checks.Add(Program());

            var client = console.Client(home, new DaemonLauncher(console.Time));
            var health = await client.HealthAsync(token);
            checks.Add(new("daemon", Ok, $"version {health.Version}, process {health.Pid}, {health.Socket}", null));
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
        return !File.Exists(program)
            ? new("daemon program", Bad, $"{program} is missing", $"Install awocd beside awoc, or set {DaemonLauncher.Variable} to where it is.")
            : OperatingSystem.IsLinux() && (File.GetUnixFileMode(program) & Executable) == 0
                ? new("daemon program", Bad, $"{program} is not executable", $"chmod +x {program}")
                : new("daemon program", Ok, program, null);
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
