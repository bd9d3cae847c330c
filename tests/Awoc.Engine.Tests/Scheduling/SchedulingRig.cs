using Awoc.Core.Agents;
using Awoc.Core.Contracts;
using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Agents;
using Awoc.Engine.Credentials;
using Awoc.Engine.Homes;
using Awoc.Engine.Scheduling;
using Awoc.Engine.Settings;
using Awoc.Engine.Shims;
using Awoc.Engine.Supervision;
using Awoc.Engine.TaskFolders;
using Awoc.Engine.Tasks;
using Awoc.Engine.Waiting;
using Awoc.Gateway;
using Awoc.Prompts.Catalog;
using Awoc.Runners.Commands;
using Awoc.Storage.Sqlite;
using Awoc.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Awoc.Engine.Tests.Scheduling;

/// <summary>The scheduler with the real store, the real shim and real commands; settings are set by the test, and gates are its own.</summary>
internal sealed class SchedulingRig : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly string _root = Directory.CreateTempSubdirectory("awoc-line-").FullName;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<ServiceProvider> _providers = [];
    private Task _run = Task.CompletedTask;

    private SchedulingRig(TimeProvider time)
    {
        Time = time;
        Paths = new AwocPaths(Path.Combine(_root, "home"));
        foreach (var folder in (string[])[Paths.Home, Paths.Background, Paths.Tasks, Paths.Run, Paths.ShimSockets]) Directory.CreateDirectory(folder);
    }

    public TimeProvider Time { get; }

    public AwocPaths Paths { get; }

    public ChangingSettings Settings { get; } = new();

    public SqliteTaskStore Store { get; private set; } = null!;

    public TaskBook Book { get; private set; } = null!;

    public EventFeed Feed { get; private set; } = null!;

    public StartBoard Board { get; private set; } = null!;

    public MachineRoom Room { get; private set; } = null!;

    public static async Task<SchedulingRig> OpenAsync(TimeProvider? time = null, MachineState? machine = null)
    {
        var rig = new SchedulingRig(time ?? TimeProvider.System);
        await rig.BeginAsync(machine);
        return rig;
    }

    /// <summary>Closes the store and begins anew, as another daemon would.</summary>
    public async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        await BeginAsync(null);
    }

    public async Task<AgentTask> LaunchAsync(string command = "true", Func<TaskSpec, TaskSpec>? with = null)
    {
        var spec = new TaskSpec
        {
            Type = "custom",
            Description = command,
            Agent = "command",
            Cwd = _root,
            Budget = new Core.Budgets.Budget(1000, 60),
            Environment = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("PATH", "/usr/bin:/bin"),
        };
        var launch = TaskLifecycle.Launch(TaskId.New(Time), with?.Invoke(spec) ?? spec, Time.GetUtcNow());
        TaskFiles().Create([launch.Next]);
        await Book.LaunchAsync([launch], null, null, CancellationToken.None);
        return launch.Next;
    }

    public async Task<AgentTask> ApplyAsync(AgentTask task, TaskCommand command) =>
        Assert.IsType<BookEntry.Applied>(await Book.ApplyAsync(task.Id, command, CancellationToken.None)).Task;

    /// <summary>Tasks that recur are followed by their next one.</summary>
    public void LetRecur() => Use(new TaskBook(Store, Feed, Time, new Recurrences(Paths, TaskFiles(), new SecretVault(), Time)));

    /// <summary>Before anything works with the one before.</summary>
    public void Use(TaskBook book)
    {
        Book = book;
        Board = new StartBoard(Book, Settings, Room, Time);
    }

    public EnginePorts Ports() => Ports(new CommandRunner());

    public EnginePorts Ports(params IRunner[] runners)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton(Time);
        services.AddModelGateway(new GatewayOptions { PricesPath = Path.Combine(Paths.Home, "prices.yaml") });
        var provider = services.BuildServiceProvider();
        _providers.Add(provider);
        return new EnginePorts(
            "node", Paths, Book, TaskFiles(), new SecretVault(), new AgentRoster(runners), provider.GetRequiredService<IModelGateway>(), Settings,
            new ShimLauncher(Path.Combine(Binaries.Folder, "awoc-shim")), new RehearsalUpstream(Paths.RehearsalSocket, "/"), new NoSchemas(), null, Time);
    }

    /// <summary>One that does not work.</summary>
    public Dispatcher Dispatcher(EnginePorts ports, params IStartGate[] gates) =>
        new(ports, Feed, Board, Room, new Footprints(ports.Roster), gates, NullLogger<Dispatcher>.Instance);

    /// <summary>Lets a dispatcher work until the rig is disposed.</summary>
    public Dispatcher Dispatch(params IStartGate[] gates)
    {
        var dispatcher = Dispatcher(Ports(), gates);
        _run = Task.WhenAll(dispatcher.RunAsync(_stop.Token), _run);
        return dispatcher;
    }

    public async Task<AgentTask> UntilAsync(TaskId id, Func<AgentTask, bool> holds, string what)
    {
        AgentTask? now = null;
        await Eventually.TrueAsync(async () => (now = await Store.FindAsync(id, CancellationToken.None)) is { } task && holds(task), s_limit, $"task {id.Handle} {what}");
        return now!;
    }

    public Task<AgentTask> EndOfAsync(TaskId id) => UntilAsync(id, t => t.State == TaskState.Ended, "to end");

    public async ValueTask DisposeAsync()
    {
        foreach (var task in await Store.InAttemptAsync(CancellationToken.None)) await ApplyAsync(task, new TaskCommand.Cancel("the test"));
        await _stop.CancelAsync();
        await _run;
        foreach (var provider in _providers) await provider.DisposeAsync();
        await Store.DisposeAsync();
        _stop.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    public TaskFiles TaskFiles() => new(Paths, Time, NullLogger<TaskFiles>.Instance);

    private async Task BeginAsync(MachineState? machine)
    {
        Store = await SqliteTaskStore.OpenAsync(Paths.Store, Time, CancellationToken.None);
        Feed = new EventFeed();
        Book = new TaskBook(Store, Feed, Time);
        var roster = new AgentRoster([new CommandRunner()]);
        Room = new MachineRoom(machine ?? new MachineState(_root, 4), new Footprints(roster), Time);
        Board = new StartBoard(Book, Settings, Room, Time);
    }

    /// <summary>Settings that a test changes while they are in force.</summary>
    internal sealed class ChangingSettings : ISettingsSource
    {
        public AwocSettings Now { get; set; } = new() { Concurrency = 4 };

        public AwocSettings Read(string? cwd) => Now;

        public TaskTypeCatalog Types(string? cwd) => TaskTypeCatalog.With([]);
    }

    private sealed class NoSchemas : ISchemaValidator
    {
        public Task<SchemaVerdict> CheckAsync(SchemaQuestion question, CancellationToken cancellation) => throw new NotSupportedException("a command has no schema");
    }
}
