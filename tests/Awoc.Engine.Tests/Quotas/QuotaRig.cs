using System.Collections.Concurrent;
using Awoc.Core.Agents;
using Awoc.Core.Catalog;
using Awoc.Core.Contracts;
using Awoc.Core.Lifecycle;
using Awoc.Core.Pacing;
using Awoc.Core.Tasks;
using Awoc.Engine.Agents;
using Awoc.Engine.Credentials;
using Awoc.Engine.Homes;
using Awoc.Engine.Quotas;
using Awoc.Engine.Settings;
using Awoc.Engine.Shims;
using Awoc.Engine.Supervision;
using Awoc.Engine.TaskFolders;
using Awoc.Engine.Tasks;
using Awoc.Gateway;
using Awoc.Prompts.Catalog;
using Awoc.Storage.Sqlite;
using Awoc.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Awoc.Engine.Tests.Quotas;

/// <summary>The book of windows with the real store and the real gateway, in a time that a test sets.</summary>
internal sealed class QuotaRig : IAsyncDisposable
{
    public const string Unsure = "unsure";

    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(30);

    private readonly string _root;
    private readonly CancellationTokenSource _stop = new();
    private readonly ServiceProvider _services;
    private readonly SqliteTaskStore _store;
    private Task _run = Task.CompletedTask;

    private QuotaRig(string root, SqliteTaskStore store, ServiceProvider services, bool recording)
    {
        (_root, _store, _services) = (root, store, services);
        var paths = new AwocPaths(Path.Combine(root, "home"));
        var gateway = services.GetRequiredService<IModelGateway>();
        if (recording) gateway = Recorded = new RecordingGateway(gateway);
        Ports = new EnginePorts(
            "node", paths, new TaskBook(store, new EventFeed(), Time), new TaskFiles(paths, Time, NullLogger<TaskFiles>.Instance), new SecretVault(),
            new AgentRoster([Runner]), gateway, Settings, new ShimLauncher("/nonexistent"), new RehearsalUpstream(paths.RehearsalSocket, "/"), new NoSchemas(), null, Time);
        Gate = new QuotaGate(Ports);
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));

    public ChangingSettings Settings { get; } = new();

    public UnsureRunner Runner { get; } = new();

    public EnginePorts Ports { get; }

    public QuotaGate Gate { get; }

    public RecordingGateway? Recorded { get; }

    public LaneKey Lane { get; } = LaneKey.Of(UnsureRunner.Upstream, "claude-sonnet-5");

    public static async Task<QuotaRig> OpenAsync(bool recording = false)
    {
        var root = Directory.CreateTempSubdirectory("awoc-quota-").FullName;
        var paths = new AwocPaths(Path.Combine(root, "home"));
        foreach (var folder in (string[])[paths.Home, paths.Background, paths.Tasks, paths.Run]) Directory.CreateDirectory(folder);
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System);
        services.AddModelGateway(new GatewayOptions { PricesPath = Path.Combine(paths.Home, "prices.yaml") });
        var store = await SqliteTaskStore.OpenAsync(paths.Store, TimeProvider.System, CancellationToken.None);
        return new QuotaRig(root, store, services.BuildServiceProvider(), recording);
    }

    /// <summary>An answer told of a window.</summary>
    public void Tell(string kind, TimeSpan closedFor, double? used = null, bool closed = true, string? account = null)
    {
        var now = Time.GetUtcNow();
        Ports.Quotas.Seen(
            Lane with { Account = account ?? Lane.Account }, 200, LimitSigns.None with { Windows = [new WindowSign(kind, used, now + closedFor, closed)] }, now);
    }

    public async Task<AgentTask> LaunchAsync()
    {
        var spec = new TaskSpec
        {
            Type = "custom",
            Description = "x",
            Agent = Unsure,
            Cwd = _root,
            Model = "claude-sonnet-5",
            Budget = new Core.Budgets.Budget(1000, 60),
        };
        var launch = TaskLifecycle.Launch(TaskId.New(Time), spec, Time.GetUtcNow());
        await Ports.Book.LaunchAsync([launch], null, null, CancellationToken.None);
        return launch.Next;
    }

    /// <summary>A task that the gate has put off.</summary>
    public async Task<AgentTask> PostponedAsync()
    {
        var task = await LaunchAsync();
        var hold = await Gate.AskAsync(task, CancellationToken.None) ?? throw new InvalidOperationException("nothing holds it");
        return Assert.IsType<BookEntry.Applied>(await Ports.Book.ApplyAsync(task.Id, new TaskCommand.Postpone(hold.Until, hold.Kind, hold.Why), CancellationToken.None)).Task;
    }

    public void Run() => _run = Ports.Quotas.RunAsync(_stop.Token);

    /// <summary>Lets so many rounds go by: the clock goes on as soon as each has been made.</summary>
    public async Task RoundsAsync(int rounds)
    {
        for (var i = 0; i < rounds; i++)
        {
            var before = Settings.Reads;
            await Eventually.TrueAsync(
                () =>
                {
                    Time.Advance(s_round);
                    return Task.FromResult(Settings.Reads > before);
                },
                TimeSpan.FromSeconds(20),
                "a round");
        }
    }

    public async Task<AgentTask> NowAsync(AgentTask task) => (await _store.FindAsync(task.Id, CancellationToken.None))!;

    public Task UntilQueuedAsync(AgentTask task) => Eventually.TrueAsync(
        async () =>
        {
            Time.Advance(s_round);
            return (await NowAsync(task)).State == TaskState.Queued;
        },
        TimeSpan.FromSeconds(20),
        "the task to be queued");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _run;
        }
        catch (OperationCanceledException)
        {
        }

        await _services.DisposeAsync();
        await _store.DisposeAsync();
        _stop.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    internal sealed class ChangingSettings : ISettingsSource
    {
        private int _reads;

        public AwocSettings Now { get; set; } = new();

        public int Reads => Volatile.Read(ref _reads);

        public AwocSettings Read(string? cwd)
        {
            Interlocked.Increment(ref _reads);
            return Now;
        }

        public TaskTypeCatalog Types(string? cwd) => TaskTypeCatalog.With([]);
    }

    /// <summary>An agent whose credential comes and goes.</summary>
    internal sealed class UnsureRunner : IRunner
    {
        public static ModelUpstream Upstream { get; } = new(new Uri("https://api.test"), UpstreamAuth.ApiKey, "sk-one");

        public bool Knows { get; set; } = true;

        public string Name => Unsure;

        public RunnerTraits Traits { get; } = new(BudgetExactness.Exact, UsesModel: true, CanResume: false, FootprintMb: 1);

        public AgentAvailability Probe(AgentEnvironment environment) => new(null, null, Knows ? Upstream : null, [], null);

        public IAgentVoice? Voice => null;

        public IEnumerable<SpecFault> Validate(TaskSpec spec) => [];

        public LaunchPlan Plan(AttemptContext context) => throw new NotSupportedException("nothing is started");

        public IAgentStream OpenStream() => throw new NotSupportedException("nothing is started");

        public AttemptVerdict Judge(AttemptEvidence evidence) => throw new NotSupportedException("nothing is started");
    }

    /// <summary>The real gateway, and what it was told, in order.</summary>
    internal sealed class RecordingGateway(IModelGateway inner) : IModelGateway
    {
        private int _inside;

        public ConcurrentDictionary<(string Account, string Model), DateTimeOffset> Closed { get; } = new();

        public bool Overlapped { get; private set; }

        public IReadOnlyList<LaneState> Lanes => inner.Lanes;

        public void Open(GatewayLease lease) => inner.Open(lease);

        public void BeginReport(TaskId task, int attempt) => inner.BeginReport(task, attempt);

        public void SetAllowance(TaskId task, int attempt, Allowance allowance) => inner.SetAllowance(task, attempt, allowance);

        public GatewayRecord? Find(TaskId task, int attempt) => inner.Find(task, attempt);

        public GatewayRecord Read(string ledgerPath) => inner.Read(ledgerPath);

        public string? MissingPrice(string model) => inner.MissingPrice(model);

        public GatewayRecord? Close(TaskId task, int attempt) => inner.Close(task, attempt);

        public void Watch(ILimitObserver observer) => inner.Watch(observer);

        public void CloseLanes(string account, string? model, DateTimeOffset until) => Alone(() => Closed[(account, model ?? "")] = until);

        public void OpenLanes(string account, string? model) => Alone(() => Closed.TryRemove((account, model ?? ""), out _));

        private void Alone(Action what)
        {
            if (Interlocked.Increment(ref _inside) > 1) Overlapped = true;
            what();
            Thread.Yield();
            Interlocked.Decrement(ref _inside);
        }
    }

    private sealed class NoSchemas : ISchemaValidator
    {
        public Task<SchemaVerdict> CheckAsync(SchemaQuestion question, CancellationToken cancellation) => throw new NotSupportedException("nothing is checked");
    }
}
