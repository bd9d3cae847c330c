using Awoc.Engine.Scheduling;
using Awoc.Engine.Tasks;

namespace Awoc.Daemon.Hosting;

/// <summary>
/// Gives memory back once the daemon has had nothing to do for a while: it stays for days beside what its user works with,
/// and what a burst of tasks needed is not needed any more.
/// </summary>
internal sealed class IdleMemory(Dispatcher dispatcher, EventFeed feed, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await feed.Next.WaitAsync(stoppingToken);
            while (!await IsQuietAsync(stoppingToken))
            {
            }

            // The second pass returns what the first one freed of pooled buffers.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }

    private async Task<bool> IsQuietAsync(CancellationToken stoppingToken)
    {
        try
        {
            await feed.Next.WaitAsync(s_quiet, time, stoppingToken);
            return false;
        }
        catch (TimeoutException)
        {
            return dispatcher.Running == 0;
        }
    }
}
