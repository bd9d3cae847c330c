using Awoc.Core.Integration;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;

namespace Awoc.Engine.Tests.Integration;

/// <summary>A daemon that dies between two steps of an integration: the next one finds the target either old or new, and the record agrees.</summary>
public sealed class CrashTests : IAsyncLifetime
{
    private const string Before = "# Notes\n\nMine.\n";

    private IntegrationBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await IntegrationBench.OpenAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("intent", false)]
    [InlineData("draft", false)]
    [InlineData("rename", true)]
    [InlineData("event", true)]
    public async Task Integrate_CrashAfterStep_IsSettledAtTheNextStart(string step, bool done)
    {
        _bench.Write("notes.md", Before);
        var task = await _bench.EndedAsync("# One\n\nFirst finding.\n");
        await CrashAsync(step, integrator => integrator.IntegrateAsync(task, _bench.Order(into: "notes.md"), Cancellation));
        var left = _bench.Read("notes.md");
        Assert.Equal(done, left != Before);

        await _bench.NewIntegrator().SettleAllAsync(Cancellation);

        Assert.Equal(left, _bench.Read("notes.md"));
        Assert.Equal(done ? 1 : 0, await CountAsync(task));
        Assert.Equal(done, (await _bench.FindAsync(task)).ReadAt is not null);
        Assert.Equal(done, File.Exists(Path.Combine(_bench.Paths.Task(task.Id).Integrations, "1.json")));
        _bench.AssertTidy();

        // It is then done exactly once, and undone whole.
        await _bench.DoneAsync(task, _bench.Order(into: "notes.md"));
        Assert.Equal(1, await CountAsync(task));
        await _bench.UndoneAsync(task);
        Assert.Equal(Before, _bench.Read("notes.md"));
    }

    [Theory]
    [InlineData("draft", 0)]
    [InlineData("rename", 1)]
    public async Task Integrate_CrashAndThenSomebodyWrites_IsToldByTheDraft(string step, int expected)
    {
        _bench.Write("notes.md", Before);
        var task = await _bench.EndedAsync("# One\n\nFirst finding.\n");
        await CrashAsync(step, integrator => integrator.IntegrateAsync(task, _bench.Order(into: "notes.md"), Cancellation));
        File.AppendAllText(_bench.In("notes.md"), "\nWritten after the crash.\n");

        await _bench.NewIntegrator().SettleAllAsync(Cancellation);

        Assert.Equal(expected, await CountAsync(task));
        Assert.Contains("Written after the crash.", _bench.Read("notes.md"), StringComparison.Ordinal);
        _bench.AssertTidy();
    }

    [Theory]
    [InlineData("undo intent", false)]
    [InlineData("draft", false)]
    [InlineData("undo rename", true)]
    public async Task Undo_CrashAfterStep_IsSettledByTheNextUse(string step, bool done)
    {
        _bench.Write("notes.md", Before);
        var task = await _bench.EndedAsync("# One\n\nFirst finding.\n");
        await _bench.DoneAsync(task, _bench.Order(into: "notes.md"));
        await CrashAsync(step, integrator => integrator.UndoAsync(task, null, "the user", dryRun: false, Cancellation));
        Assert.Equal(done, _bench.Read("notes.md") == Before);

        var undone = await _bench.UndoneAsync(task);

        Assert.Equal(!done, undone.Changed);
        Assert.Equal(Before, _bench.Read("notes.md"));
        _bench.AssertTidy();
    }

    [Fact]
    public async Task Settle_TargetsDirectoryIsGone_DropsItAndGoesOn()
    {
        Directory.CreateDirectory(_bench.In("sub"));
        _bench.Write("sub/notes.md", "# Notes\n");
        _bench.Write("other.md", "# Other\n");
        var task = await _bench.EndedAsync("# R\n\nWords.\n");
        await CrashAsync("intent", integrator => integrator.IntegrateAsync(task, _bench.Order(into: "sub/notes.md"), Cancellation));
        Directory.Delete(_bench.In("sub"), recursive: true);

        await _bench.NewIntegrator().SettleAllAsync(Cancellation);

        Assert.True((await _bench.DoneAsync(task, _bench.Order(into: "other.md"))).Changed);
    }

    private async Task CrashAsync(string at, Func<Engine.Integration.Integrator, Task> act)
    {
        var integrator = _bench.NewIntegrator(step =>
        {
            if (step == at) throw new CrashException();
        });
        await Assert.ThrowsAsync<CrashException>(() => act(integrator));
    }

    private async Task<int> CountAsync(AgentTask task) =>
        (await _bench.Store.EventsAsync(0, 100, task.Id, Cancellation)).Count(e => e.Event is TaskEvent.Integrated);

    private sealed class CrashException : Exception;
}
