using System.CommandLine;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Client;

namespace Awoc.Cli.Verbs;

/// <summary><c>awoc logs</c>.</summary>
internal static class LogsVerb
{
    public static VerbCommand Build(CliConsole console)
    {
        var id = Shared.Id();
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on as it grows, until the task has ended" };
        var tail = new Option<string>("--tail", "-n") { HelpName = "N", Description = "Begin with the last N lines" };
        var stream = new Option<string>("--stream")
        {
            HelpName = "NAME",
            Description = "execution: what a person reads (default); events: the agent's raw stream; stderr: its errors; background: its supervision",
        };
        var command = new VerbCommand("logs", "Prints the log of a task.")
        {
            Examples = ["awoc logs @last", "awoc logs -f 9f86d0", "awoc logs 9f86d0 --tail 20 --stream background"],
        };
        command.Arguments.Add(id);
        foreach (var option in (Option[])[follow, tail, stream]) command.Options.Add(option);
        command.SetAction((parsed, token) => PrintAsync(
            console, parsed.GetValue(id)!, Log(parsed.GetValue(stream)), parsed.GetValue(follow), Numbers.Whole("--tail", parsed.GetValue(tail), from: 0), token));
        return command;
    }

    private static TaskLog Log(string? name) => name switch
    {
        null => TaskLog.Execution,
        _ when Enum.TryParse<TaskLog>(name, ignoreCase: true, out var log) && !char.IsAsciiDigit(name[0]) => log,
        _ => throw new UsageException($"--stream '{Printable.Line(name)}' is none of: execution, events, stderr, background."),
    };

    private static async Task<int> PrintAsync(
        CliConsole console, string reference, TaskLog log, bool follow, int? tail, CancellationToken token)
    {
        var client = console.Client();
        if (!follow)
        {
            await using var text = await client.LogAsync(reference, log, follow: false, tail, token);
            await LogCopy.CopyAsync(text, console.Bytes, token);
            return ExitCodes.Succeeded;
        }

        using var interrupt = new Interrupt();
        try
        {
            await LogCopy.FollowAsync(client, console, reference, log, tail, console.Bytes, interrupt.Token);
            return ExitCodes.Succeeded;
        }
        catch (OperationCanceledException) when (interrupt.Happened)
        {
            if (CliConsole.ErrorIsTerminal) console.Error.WriteLine();
            console.Say($"detached; the task goes on. Come back with: awoc logs -f {reference}");
            return ExitCodes.Detached;
        }
    }
}
