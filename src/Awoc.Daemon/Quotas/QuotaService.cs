using Awoc.Engine.Supervision;

namespace Awoc.Daemon.Quotas;

/// <summary>Keeps account of usage windows for the daemon's life.</summary>
internal sealed class QuotaService(EnginePorts ports) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before anything starts: what is closed is known.
        await ports.Quotas.BeginAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => ports.Quotas.RunAsync(stoppingToken);
}
