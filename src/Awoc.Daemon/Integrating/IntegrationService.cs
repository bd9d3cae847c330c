using Awoc.Engine.Integration;

namespace Awoc.Daemon.Integrating;

/// <summary>Integrates what was launched to be integrated, for the daemon's life.</summary>
internal sealed class IntegrationService(LaunchedIntegrations integrations) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the doors open: nobody integrates into a file that is yet to be settled, and no end is missed.
        await integrations.BeginAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => integrations.RunAsync(stoppingToken);
}
