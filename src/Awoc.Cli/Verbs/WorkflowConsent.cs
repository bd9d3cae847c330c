using Awoc.Cli.Terminal;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary>A person's word before a run that costs something.</summary>
internal static class WorkflowConsent
{
    /// <summary>True where nothing is to be asked, nobody is there to ask, or the answer is yes.</summary>
    public static bool Ask(CliConsole console, WorkflowRunView plan)
    {
        if (plan.Attached || plan.Estimate is null || !CliConsole.ErrorIsTerminal || Console.IsInputRedirected) return true;
        console.Error.Write("Run it? [Y/n] ");
        var answer = Console.ReadLine()?.Trim();
        return answer is "" or "y" or "Y" or "yes";
    }
}
