using System.Text.Json;
using System.Text.Json.Serialization;
using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Microsoft.Extensions.Time.Testing;

namespace Storage.Conformance;

/// <summary>
/// What every <see cref="ITaskStore"/> has to keep. A store's tests derive from it; each test gets a fresh store, whose
/// clock is <see cref="Time"/>.
/// </summary>
public abstract partial class TaskStoreConformance : IAsyncLifetime
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, Converters = { new JsonStringEnumConverter() } };

    private ITaskStore? _store;

    protected FakeTimeProvider Time { get; } = new(RandomLife.Start);

    protected ITaskStore Store => _store ?? throw new InvalidOperationException("the test has not begun");

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected DateTimeOffset Now => Time.GetUtcNow();

    public async ValueTask InitializeAsync() => _store = await OpenAsync();

    public virtual async ValueTask DisposeAsync()
    {
        if (_store is not null) await _store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens the store of this test, which is empty at first; again, after it was closed, with all it held.</summary>
    protected abstract Task<ITaskStore> OpenAsync();

    protected async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        _store = await OpenAsync();
    }

    protected Decision.Accepted NewLaunch(TaskSpec? spec = null, DateTimeOffset? dueAt = null) =>
        TaskLifecycle.Launch(TaskId.New(Time), RandomLife.Due(spec ?? RandomLife.Spec(), dueAt), Now);

    protected async Task<AgentTask> LaunchAsync(TaskSpec? spec = null, DateTimeOffset? dueAt = null)
    {
        var launched = Assert.IsType<LaunchResult.Stored>(await Store.LaunchAsync([NewLaunch(spec, dueAt)], null, null, Cancellation));
        return Assert.Single(launched.Tasks);
    }

    protected async Task<AgentTask> CommitAsync(AgentTask task, TaskCommand command, TimeSpan? leaseFor = null)
    {
        var decision = Decide(task, command);
        Assert.Equal(CommitResult.Applied, await Store.CommitAsync(new TaskCommit(task.Version, null, decision, leaseFor), Cancellation));
        return decision.Next;
    }

    protected Decision.Accepted Decide(AgentTask task, TaskCommand command) =>
        Assert.IsType<Decision.Accepted>(TaskLifecycle.Decide(task, command, Now));

    protected static TaskCommand.Finish Finish(AgentTask task, TaskOutcome outcome = TaskOutcome.Succeeded) =>
        new(task.Fence, new Usage(Output: 100, Input: 7), 1234, new TaskEnding { Outcome = outcome, Result = TaskResult.Complete });

    protected async Task<AgentTask> EndedAsync(TaskOutcome outcome = TaskOutcome.Succeeded, TaskSpec? spec = null)
    {
        var task = await CommitAsync(await LaunchAsync(spec), new TaskCommand.Dispatch("node"));
        return await CommitAsync(task, Finish(task, outcome));
    }

    /// <summary>Compares by content: collections within a record compare by reference.</summary>
    protected static void AssertSame<T>(T expected, T actual) =>
        Assert.Equal(JsonSerializer.Serialize(expected, s_json), JsonSerializer.Serialize(actual, s_json));
}
