using Awoc.Engine.Alerts;

namespace Awoc.Daemon.Alerts;

/// <summary>Runs the courier for the daemon's life.</summary>
internal sealed class AlertService(AlertCourier courier) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => courier.RunAsync(stoppingToken);
}
