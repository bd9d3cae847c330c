using System.Diagnostics;
using System.Globalization;

namespace Awoc.GatewayBench;

/// <summary>A server in a process of its own. It prints its address, and ends with its standard input.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, string url) => (_process, Url) = (process, url);

    public string Url { get; }

    public long ResidentMegabytes => long.Parse(
        File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2],
        CultureInfo.InvariantCulture) / 1024;

    public static ServerProcess Start(string executable, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(executable, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        return new ServerProcess(process, process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"{executable} did not start"));
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
