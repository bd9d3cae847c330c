using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Awoc.Cli.Terminal;
using Awoc.Client;
using Awoc.Client.Daemon;

namespace Awoc.Cli.Verbs;

/// <summary>
/// <c>awoc rehearse</c>: becomes <c>awocd rehearse</c>, with its arguments, its terminal and its signals. A child would need all
/// three handed on.
/// </summary>
internal static partial class RehearseVerb
{
    public const string Name = "rehearse";

    /// <summary>Returns only by throwing: when it works, this program is no more.</summary>
    [DoesNotReturn]
    public static void Become(CliConsole console, IReadOnlyList<string> arguments)
    {
        var program = DaemonLauncher.Program;
        console.Out.Flush();
        // The list that the kernel takes ends with a null.
        string?[] words = [program, Name, .. arguments, null];
        _ = Execute(program, words);
        var why = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
        throw AwocException.Unavailable($"{program} cannot be started ({why}). {DaemonLauncher.WayOut(program)}");
    }

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string program, string?[] arguments);
}
