using Awoc.Engine.Waiting;

namespace Awoc.Daemon.Waiting;

/// <summary>Runs the owner of dependencies for the daemon's life.</summary>
internal sealed class WaitingService(DependencyWatch watch) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => watch.RunAsync(stoppingToken);
}
