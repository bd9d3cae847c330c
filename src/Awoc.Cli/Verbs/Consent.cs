using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Client;

namespace Awoc.Cli.Verbs;

/// <summary>A person's word before a launch that may spend much.</summary>
internal static class Consent
{
    /// <summary>Where the answer is no: nothing was done.</summary>
    public const int Refused = ExitCodes.Usage;

    /// <summary>Somebody is there to be asked.</summary>
    public static bool CanAsk => !Console.IsInputRedirected && CliConsole.ErrorIsTerminal;

    /// <summary>Before anything is planned that could not be launched.</summary>
    /// <exception cref="UsageException">Nobody is there to ask, and nobody said --yes.</exception>
    public static void Need(bool yes, bool canAsk)
    {
        if (!yes && !canAsk) throw new UsageException("There is no terminal to ask on: --yes launches without asking, --dry-run shows the plan.");
    }

    /// <summary>True where nothing has to be asked, or the answer is yes; else says that nothing was launched.</summary>
    /// <param name="why">Why a word is asked; null where none is.</param>
    public static async Task<bool> AskAsync(CliConsole console, string? why, bool yes, CancellationToken token)
    {
        if (yes || why is null) return true;
        console.Error.Write($"awoc: {Printable.Line(why)}. Launch? [y/N] ");
        await console.Error.FlushAsync(token);
        var answer = await Task.Run(Console.In.ReadLine, token);
        if (answer?.Trim() is "y" or "Y" or "yes" or "Yes") return true;
        console.Say("nothing was launched");
        return false;
    }
}
