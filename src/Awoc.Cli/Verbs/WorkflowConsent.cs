using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary>A person's word before a run that may spend much.</summary>
internal static class WorkflowConsent
{
    /// <summary>True where nothing has to be asked, or the answer is yes.</summary>
    /// <exception cref="UsageException">Nobody is there to ask, and nobody said --yes.</exception>
    public static bool Ask(CliConsole console, WorkflowRunView plan, bool yes)
    {
        if (yes || plan.Attached || plan.Steps.All(s => s.Action != "run")) return true;
        if (Console.IsInputRedirected || !CliConsole.ErrorIsTerminal)
            throw new UsageException("There is no terminal to ask on: --yes runs it without asking, --dry-run shows the plan.");
        if (plan.Confirm is not { } why) return true;
        console.Error.Write($"awoc: {Printable.Line(why)}. Run it? [y/N] ");
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes" or "Yes";
    }
}
