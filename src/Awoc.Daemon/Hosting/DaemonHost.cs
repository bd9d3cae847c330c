using Awoc.Client;
using Awoc.Client.Wire;
using Awoc.Core.Agents;
using Awoc.Core.Store;
using Awoc.Daemon.Alerts;
using Awoc.Daemon.Api;
using Awoc.Daemon.Doctor;
using Awoc.Daemon.Integrating;
using Awoc.Daemon.Logging;
using Awoc.Daemon.Quotas;
using Awoc.Daemon.Settings;
using Awoc.Daemon.Waiting;
using Awoc.Daemon.Workflows;
using Awoc.Engine.Agents;
using Awoc.Engine.Alerts;
using Awoc.Engine.Budgets;
using Awoc.Engine.Contexts;
using Awoc.Engine.Credentials;
using Awoc.Engine.Homes;
using Awoc.Engine.Integration;
using Awoc.Engine.Launching;
using Awoc.Engine.Metrics;
using Awoc.Engine.Pool;
using Awoc.Engine.Questions;
using Awoc.Engine.Quotas;
using Awoc.Engine.Recovery;
using Awoc.Engine.Scheduling;
using Awoc.Engine.Settings;
using Awoc.Engine.Shims;
using Awoc.Engine.Supervision;
using Awoc.Engine.TaskFolders;
using Awoc.Engine.Tasks;
using Awoc.Engine.Waiting;
using Awoc.Gateway;
using Awoc.Rehearsal;
using Awoc.Runners.Builtin;
using Awoc.Runners.Claude;
using Awoc.Runners.Commands;
using Awoc.Storage.Sqlite;

namespace Awoc.Daemon.Hosting;

/// <summary>The composition of one daemon: the engine, its doors, and the order in which they open and close.</summary>
internal sealed partial class DaemonHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ITaskStore _store;
    private readonly Task _dispatching;
    private readonly Task _pooling;
    private readonly CancellationTokenSource _stop;

    private DaemonHost(WebApplication app, ITaskStore store, Task dispatching, Task pooling, CancellationTokenSource stop) =>
        (_app, _store, _dispatching, _pooling, _stop) = (app, store, dispatching, pooling, stop);

    public static async Task<DaemonHost> StartAsync(AwocPaths paths)
    {
        var time = TimeProvider.System;
        var store = await SqliteTaskStore.OpenAsync(paths.Store, time, CancellationToken.None);
        try
        {
            // To follow changes of appsettings.json, which there is none of, it would watch every directory under the home:
            // five watches for each task that was ever launched.
            var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = ["--hostBuilder:reloadConfigOnChange=false"] });
            builder.Logging.ClearProviders().AddProvider(new RotatedFileLog(paths.DaemonLog, time)).SetMinimumLevel(LogLevel.Information);
            builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Yarp", LogLevel.Warning);
            builder.WebHost.ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                // A launch may carry a megabyte of text; a model call 32 MB, which the gateway checks itself.
                kestrel.Limits.MaxRequestBodySize = 64 * 1024 * 1024;
                kestrel.Limits.MinRequestBodyDataRate = null;
                kestrel.Limits.MinResponseDataRate = null;
                kestrel.ListenOn(paths.ApiSocket, Door.Api);
                kestrel.ListenOn(paths.GatewaySocket, Door.Gateway);
                kestrel.ListenOn(paths.RehearsalSocket, Door.Rehearsal);
            });
            PrefixWarmer.Clean(paths);
            Compose(builder.Services, paths, store, time);

            var app = builder.Build();
            var dispatcher = app.Services.GetRequiredService<Dispatcher>();
            app.Services.GetRequiredService<TaskBook>().Watch(app.Services.GetRequiredService<ContextGate>());
            app.UseDoors(dispatcher, app.Services.GetRequiredService<ModelGateway>());
            app.MapGroup(RehearsalDoor.Prefix).MapRehearsal(new RehearsalOptions { Time = time });
            app.MapOpenApi();
            app.MapApi();

            var stop = CancellationTokenSource.CreateLinkedTokenSource(app.Lifetime.ApplicationStopping);
            await app.StartAsync();
            foreach (var socket in (string[])[paths.ApiSocket, paths.GatewaySocket, paths.RehearsalSocket])
                File.SetUnixFileMode(socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            LogServing(app.Logger, ClientVersion.Text, Environment.ProcessId, paths.Home);
            var ports = app.Services.GetRequiredService<EnginePorts>();
            var pooling = ports.Warm.RunAsync(ports, app.Services.GetRequiredService<EventFeed>(), app.Services.GetRequiredService<ILogger<WarmPool>>(), stop.Token);
            return new DaemonHost(app, store, dispatcher.RunAsync(stop.Token), pooling, stop);
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    /// <summary>Until somebody asks for the stop, by the API or a signal.</summary>
    public Task WaitForStopAsync() => _app.WaitForShutdownAsync();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await Task.WhenAll(_dispatching, _pooling);
        }
        finally
        {
            await CloseAsync();
        }
    }

    /// <summary>Whatever became of the loops: a store that is not closed leaves its log to the next daemon.</summary>
    private async Task CloseAsync()
    {
        try
        {
            await _app.DisposeAsync();
        }
        finally
        {
            await _store.DisposeAsync();
            _stop.Dispose();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "awocd {Version} (process {Pid}) serves {Home}")]
    private static partial void LogServing(ILogger logger, string version, int pid, string home);

    private static void Compose(IServiceCollection services, AwocPaths paths, ITaskStore store, TimeProvider time)
    {
        services.AddSingleton(time).AddSingleton(paths).AddSingleton(store);
        services.AddSingleton<EventFeed>().AddSingleton<TaskBook>().AddSingleton<TaskFiles>().AddSingleton<SecretVault>();
        services.AddSingleton<YamlSettings>().AddSingleton<ISettingsSource>(p => p.GetRequiredService<YamlSettings>());
        services.AddSingleton(new AgentRoster([new ClaudeRunner(), new BuiltinRunner(), new CommandRunner()]));
        services.AddModelGateway(new GatewayOptions { PricesPath = Path.Combine(paths.Home, "prices.yaml") });
        services.AddSingleton(p => new EnginePorts(
            Node: Guid.NewGuid().ToString("n"),
            paths,
            p.GetRequiredService<TaskBook>(),
            p.GetRequiredService<TaskFiles>(),
            p.GetRequiredService<SecretVault>(),
            p.GetRequiredService<AgentRoster>(),
            p.GetRequiredService<IModelGateway>(),
            p.GetRequiredService<ISettingsSource>(),
            ShimLauncher.Find(),
            RehearsalDoor.Upstream(paths),
            new AgentSchemaValidator(),
            new ShimDaemon([Environment.ProcessPath!, "--home", paths.Home, "--detach"], paths.StopMarker, paths.ApiSocket),
            time));
        services.AddSingleton<PrefixWarmer>().AddStartGates();
        services.AddHostedService<IdleMemory>();
        services.AddSingleton<FolderSweep>().AddHostedService<FolderSweepService>();
        services.AddSingleton<ISuccession, Recurrences>().AddSingleton<DependencyWatch>().AddHostedService<WaitingService>();
        services.AddSingleton<AlertBook>().AddSingleton<IAlertDoor, AlertDoor>().AddSingleton<AlertCourier>().AddHostedService<AlertService>();
        services.AddSingleton<TargetLocks>().AddSingleton<Integrator>().AddSingleton<LaunchedIntegrations>().AddSingleton<MetricsReader>().AddHostedService<IntegrationService>();
        services.AddSingleton(MachineState.Real).AddSingleton<Footprints>().AddSingleton<MachineRoom>().AddSingleton<StartBoard>();
        services.AddHostedService<QuotaService>();
        services.AddSingleton<Dispatcher>().AddSingleton<TopUp>().AddSingleton<Answering>().AddSingleton<Launcher>().AddSingleton<DryRun>().AddSingleton<BatchPlanner>().AddSingleton<Cancellation>().AddSingleton<SecretSupply>().AddSingleton<Reopener>().AddSingleton<LimitViews>().AddSingleton<TaskViews>().AddSingleton<Diagnosis>();
        services.AddSingleton<IWhenCondition, WorkflowConditions>().AddSingleton<WorkflowPlanner>().AddSingleton<WorkflowRuns>().AddSingleton<WorkflowViews>();
        services.AddSingleton(new DaemonIdentity(ClientVersion.Text, Environment.ProcessId, time.GetUtcNow()));
        // A body that cannot be read is answered like any other fault, with a problem.
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default));
        services.AddOpenApi(openApi => openApi.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "AWOC";
            document.Info.Version = ClientVersion.Text;
            return Task.CompletedTask;
        }));
    }
}

/// <summary>This process, as <c>health</c> tells it.</summary>
internal sealed record DaemonIdentity(string Version, int Pid, DateTimeOffset StartedAt);
