using Awoc.Client;
using Awoc.Core.Store;
using Awoc.Engine.Homes;

namespace Awoc.Daemon.Hosting;

/// <summary>The daemon from its first breath to its last: one per home, quick to say that it serves, and why it cannot.</summary>
internal static class DaemonProcess
{
    /// <summary>Exit code when another daemon serves this home; the CLI knows it.</summary>
    public const int AlreadyRunning = 3;

    public static async Task<int> RunAsync(DaemonArguments.Serve arguments)
    {
        var paths = new AwocPaths(arguments.Home);
        if (arguments.Detach) Detachment.LeaveSession();
        try
        {
            HomeFolders.Prepare(paths);
            using var only = SingleInstance.TryTake(paths.Lock);
            if (only is null) return Refuse(AlreadyRunning, $"another daemon serves {paths.Home}");
            File.Delete(paths.StopMarker);
            await using var host = await DaemonHost.StartAsync(paths);
            Console.Out.WriteLine("ready");
            if (arguments.Detach) Detachment.LeaveTerminal();
            await host.WaitForStopAsync();
            return ExitCodes.Succeeded;
        }
        catch (Exception broken) when (broken is StoreException or IOException or UnauthorizedAccessException or Engine.Settings.SettingsException)
        {
            return Refuse(ExitCodes.Unavailable, broken.Message);
        }
        catch (Exception broken) when (Environment.GetEnvironmentVariable("AWOC_DEBUG") is not "1")
        {
            return Refuse(ExitCodes.Failed, $"{broken.GetType().Name}: {broken.Message} AWOC_DEBUG=1 shows where; please report it");
        }
    }

    private static int Refuse(int code, string why)
    {
        Console.Error.WriteLine($"awocd: {why.ReplaceLineEndings(" ")}");
        return code;
    }
}
