using Awoc.Core.Budgets;
using Awoc.Core.Integration;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Awoc.Engine.Homes;
using Awoc.Engine.Integration;
using Awoc.Engine.Shims;
using Awoc.Engine.TaskFolders;
using Awoc.Engine.Tasks;
using Awoc.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Awoc.Engine.Tests.Integration;

/// <summary>A home with a real store, a working directory with real files, and tasks that have ended there.</summary>
internal sealed class IntegrationBench : IAsyncDisposable
{
    private SqliteTaskStore? _store;

    public string Root { get; } = Directory.CreateTempSubdirectory("awoc-integration-").FullName;
    public string Work => Path.Combine(Root, "work");
    public AwocPaths Paths => new(Path.Combine(Root, "home"));
    public SqliteTaskStore Store => _store!;
    public EventFeed Feed { get; } = new();
    public TaskBook Book => new(Store, Feed, TimeProvider.System);
    public TaskFiles Files => new(Paths, TimeProvider.System, NullLogger<TaskFiles>.Instance);
    public Integrator Integrator { get; private set; } = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<IntegrationBench> OpenAsync()
    {
        var bench = new IntegrationBench();
        Directory.CreateDirectory(bench.Work);
        Directory.CreateDirectory(bench.Paths.Tasks);
        bench._store = await SqliteTaskStore.OpenAsync(bench.Paths.Store, TimeProvider.System, Cancellation);
        bench.Integrator = bench.NewIntegrator();
        return bench;
    }

    /// <summary>As a daemon that was started anew has it.</summary>
    public Integrator NewIntegrator(Action<string>? reached = null) =>
        new(Paths, Book, Files, new TargetLocks(Paths, TimeProvider.System), TimeProvider.System) { Reached = reached ?? (_ => { }) };

    public LaunchedIntegrations Launched() => new(
        Store, Book, Files, Feed, Integrator, TimeProvider.System, NullLogger<LaunchedIntegrations>.Instance);

    public string In(string name) => Path.Combine(Work, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(In(name), text);
        return In(name);
    }

    public string Read(string name) => File.ReadAllText(In(name));

    /// <summary>A task that ended with this result.</summary>
    /// <param name="before">What stood at OUTPUT when it began.</param>
    public async Task<AgentTask> EndedAsync(
        string result, string? output = null, string? before = null, string description = "Rate limits", Func<TaskSpec, TaskSpec>? spec = null, Func<TaskEnding, TaskEnding>? ending = null)
    {
        var wanted = new TaskSpec
        {
            Type = "research",
            Description = description,
            Agent = "builtin",
            Model = "sonnet",
            Budget = Budget.Default,
            Cwd = Work,
            Output = output is null ? null : In(output),
        };
        var launch = TaskLifecycle.Launch(TaskId.New(TimeProvider.System), spec?.Invoke(wanted) ?? wanted, DateTimeOffset.UnixEpoch.AddDays(20_000));
        await Store.LaunchAsync([launch], null, null, Cancellation);
        var id = launch.Next.Id;
        var folder = Paths.Task(id);
        Directory.CreateDirectory(folder.Attempt(1).Path);
        var started = await ApplyAsync(id, new TaskCommand.Dispatch("node"));
        if (before is not null) File.WriteAllText(started.Spec.Output!, before);
        Recovery.TargetMemory.Note(folder, folder.Attempt(1), started);
        DurableFile.WriteText(folder.Output(launch.Next.Spec.Output), result);
        var end = new TaskEnding
        {
            Outcome = TaskOutcome.Succeeded,
            Result = TaskResult.Complete,
            Verification = Verification.Passed,
            ResultPath = folder.Output(launch.Next.Spec.Output),
        };
        return await ApplyAsync(id, new TaskCommand.Finish(1, new Usage(Output: 100), 5, ending?.Invoke(end) ?? end));
    }

    public async Task<AgentTask> ApplyAsync(TaskId id, TaskCommand command) =>
        Assert.IsType<BookEntry.Applied>(await Book.ApplyAsync(id, command, Cancellation)).Task;

    public async Task<AgentTask> FindAsync(AgentTask task) => (await Store.FindAsync(task.Id, Cancellation))!;

    public IntegrationOrder Order(IntegrationMode mode = IntegrationMode.Append, string? into = null) =>
        new() { By = "the user", Mode = mode, Into = into, Cwd = Work };

    public async Task<IntegrationReport> DoneAsync(AgentTask task, IntegrationOrder order) =>
        Assert.IsType<IntegrationEnd.Done>(await Integrator.IntegrateAsync(task, order, Cancellation)).Report;

    public async Task<string> RefusedAsync(AgentTask task, IntegrationOrder order) =>
        Assert.IsType<IntegrationEnd.Refused>(await Integrator.IntegrateAsync(task, order, Cancellation)).Why;

    public async Task<UndoEnd.Done> UndoneAsync(AgentTask task, int? number = null) =>
        Assert.IsType<UndoEnd.Done>(await Integrator.UndoAsync(task, number, "the user", dryRun: false, Cancellation));

    /// <summary>Nothing of ours lies about: no draft beside a target, no intent.</summary>
    public void AssertTidy()
    {
        Assert.Empty(Directory.EnumerateFiles(Work, ".awoc-*", SearchOption.AllDirectories));
        if (Directory.Exists(Paths.Integrating)) Assert.Empty(Directory.EnumerateFiles(Paths.Integrating));
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null) await _store.DisposeAsync();
        Directory.Delete(Root, recursive: true);
    }
}
