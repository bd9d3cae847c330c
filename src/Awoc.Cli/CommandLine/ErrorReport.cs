using Awoc.Cli.Terminal;
using Awoc.Client;

namespace Awoc.Cli.CommandLine;

/// <summary>An error as a person reads it, and the exit code it stands for.</summary>
internal static class ErrorReport
{
    /// <summary>Of a large batch: nobody reads more, and the first tell what is wrong with the rest.</summary>
    private const int MostFaults = 40;

    private const string BrokeOff = "The daemon broke off. `awoc daemon logs` has its last words.";

    public static int Write(CliConsole console, Exception error)
    {
        try
        {
            return error switch
            {
                AwocException e => Refused(console, e),
                UsageException e => Usage(console, e),
                HttpRequestException or HttpIOException => Refused(console, AwocException.Unavailable(BrokeOff, error.Message, error)),
                OperationCanceledException => ExitCodes.Detached,
                _ => Unexpected(console, error),
            };
        }
        catch (IOException)
        {
            // Stderr is gone too: the exit code is all that is left to say it with.
            return ExitCodes.Failed;
        }
    }

    private static int Usage(CliConsole console, UsageException e)
    {
        foreach (var line in e.Lines) console.Say(line);
        return ExitCodes.Usage;
    }

    private static int Refused(CliConsole console, AwocException e)
    {
        console.Say(e.Problem.Title);
        foreach (var fault in e.Problem.Faults.Take(MostFaults))
        {
            // Where the words to choose from are listed, the one that was meant is worth more than the list.
            // The daemon knows the nearest of what it names itself.
            var hint = fault.Allowed.StartsWith("did you mean", StringComparison.Ordinal) ? "" : Nearest.Hint(fault.Value, fault.Allowed.Split(", "));
            console.Error.WriteLine($"  {Printable.Line($"{(fault.Task is { } task ? $"task {task}: " : "")}{fault.Field} '{fault.Value}': {fault.Allowed}{(hint.Length > 0 ? "." : "")}{hint}")}");
        }

        if (e.Problem.Faults.Count > MostFaults) console.Error.WriteLine($"  and {e.Problem.Faults.Count - MostFaults} more");

        if (e.Problem.Detail is { Length: > 0 } detail)
        {
            foreach (var line in detail.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                console.Error.WriteLine($"  {Printable.Line(line)}");
        }

        if (CliConsole.Debug) console.Error.WriteLine(e);
        return e.ExitCode;
    }

    private static int Unexpected(CliConsole console, Exception e)
    {
        console.Say($"{Printable.Line(e.Message)} ({e.GetType().Name}; AWOC_DEBUG=1 shows where it comes from)");
        if (CliConsole.Debug) console.Error.WriteLine(e);
        return ExitCodes.Failed;
    }
}
