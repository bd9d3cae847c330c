using Awoc.Shim.Agent;
using Awoc.Shim.Native;
using Awoc.Shim.Owner;

namespace Awoc.Shim;

internal static class Program
{
    internal const string Version = "0.1.0";

    private static int Main(string[] args) => args switch
    {
        ["run", var directory] => Shim.Run(directory),
        ["gate", var fd] when int.TryParse(fd, out var descriptor) => Gate.Pass(descriptor),
        ["detach", .. { Length: > 0 } command] => DaemonStarter.Detach(command),
        ["--version"] => Say(1, $"awoc-shim {Version}\n", ExitCodes.Ended),
        _ => Say(2, "usage: awoc-shim run ATTEMPT_DIR | --version\nThe daemon starts it; docs/shim-protocol.md describes the directory.\n", ExitCodes.Usage),
    };

    private static int Say(int fd, string text, int code)
    {
        _ = Fd.WriteAll(fd, Z.Trim(Z.Of(text)));
        return code;
    }
}
