using Awoc.Engine.TaskFolders;

namespace Awoc.Daemon.Hosting;

/// <summary>Once, while the daemon already serves: the folders that the one before it did not live to make.</summary>
internal sealed partial class FolderSweepService(FolderSweep sweep, ILogger<FolderSweepService> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            if (await sweep.RunAsync(stoppingToken) is > 0 and var made) LogMade(made);
        }
        catch (Exception broken) when (broken is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
        {
            // Whatever it is: a task that starts makes its own, and a fault here would end the daemon at each start.
            LogBroken(broken);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} tasks had no folder yet, and have one now")]
    private partial void LogMade(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "whether every task has its folder could not be looked at")]
    private partial void LogBroken(Exception broken);
}
