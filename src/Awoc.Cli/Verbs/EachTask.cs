using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Client;

namespace Awoc.Cli.Verbs;

/// <summary>A verb that is given several tasks.</summary>
internal static class EachTask
{
    /// <summary>Acts on one after another: one wrong id must not keep the others from it.</summary>
    /// <returns>The worst exit code.</returns>
    /// <exception cref="AwocException">The only one there is was refused.</exception>
    public static async Task<int> DoAsync(CliConsole console, IReadOnlyCollection<string> references, Func<string, Task> act)
    {
        var code = ExitCodes.Succeeded;
        foreach (var reference in references)
        {
            try
            {
                await act(reference);
            }
            catch (AwocException e) when (references.Count > 1)
            {
                code = ExitCodes.Worst(code, ErrorReport.Write(console, e));
            }
        }

        return code;
    }
}
