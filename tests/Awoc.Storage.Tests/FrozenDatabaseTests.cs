using Awoc.Core.Budgets;
using Awoc.Core.Integration;
using Awoc.Core.Lifecycle;
using Awoc.Core.Recovery;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Storage.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Storage.Conformance;

namespace Awoc.Storage.Tests;

/// <summary>
/// Databases that released schemas have left behind, kept as they were: each must open and go on. A file is added with
/// every migration and never changed.
/// </summary>
public sealed class FrozenDatabaseTests
{
    [Theory]
    [InlineData("schema-0001.db")]
    [InlineData("schema-0002.db")]
    [InlineData("schema-0003.db")]
    [InlineData("schema-0004.db")]
    public async Task Open_FrozenDatabase_HasItsTasksAndGoesOn(string file)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var directory = new TempDirectory();
        var path = directory.File("awoc.db");
        await using (var frozen = typeof(FrozenDatabaseTests).Assembly.GetManifestResourceStream(file)!)
        await using (var copy = File.Create(path))
        {
            await frozen.CopyToAsync(copy, cancellation);
        }

        var time = new FakeTimeProvider(RandomLife.Start.AddHours(1));
        await using var store = await SqliteTaskStore.OpenAsync(path, time, cancellation);

        var newest = long.Parse(file.AsSpan("schema-".Length, 4), System.Globalization.CultureInfo.InvariantCulture);
        var tasks = (await store.ListAsync(new TaskQuery([], [], 100), cancellation)).Reverse().ToDictionary(t => t.Spec.Name!);
        Assert.Equal(
            [
                ("queued", TaskState.Queued), ("scheduled", TaskState.Scheduled), ("running", TaskState.Running),
                ("awaiting", TaskState.AwaitingInput), ("ended", TaskState.Ended), ("reopened", TaskState.Queued),
                .. newest >= 2 ? [("raised", TaskState.Scheduled)] : Array.Empty<(string, TaskState)>(),
                .. newest >= 3 ? [("unread", TaskState.Ended), ("integrated", TaskState.Ended)] : Array.Empty<(string, TaskState)>(),
                .. newest >= 4 ? [("depends", TaskState.Scheduled), ("recurs", TaskState.Scheduled), ("window", TaskState.Scheduled)] : Array.Empty<(string, TaskState)>(),
            ],
            tasks.Select(t => (t.Key, t.Value.State)));
        foreach (var task in tasks.Values)
        {
            var events = await store.EventsAsync(0, 100, task.Id, cancellation);
            var replayed = TaskLifecycle.Replay(events.Select(e => e.Event)) with { Spec = task.Spec, WaitKind = task.WaitKind };

            // Before there was an inbox nothing was said about reading: what ended then counts as read. The file of schema 3 began as 2.
            Assert.Equal(task, task.Spec.Name is "unread" or "integrated" ? replayed : replayed with { ReadAt = replayed.EndedAt });
        }

        var spec = tasks["queued"].Spec;
        Assert.Equal(("custom", "/home/user/project/queued.md", new Budget(5000, 600)), (spec.Type, spec.Output, spec.Budget));
        Assert.Equal("/usr/bin:/bin", spec.Environment["PATH"]);
        var ended = tasks["ended"];
        Assert.Equal((TaskOutcome.BudgetExhausted, EndReason.Tokens, TaskResult.Partial), (ended.Outcome, ended.Reason, ended.Result));
        Assert.Equal(2, (await store.AttemptsAsync(ended.Id, cancellation)).Count);
        var attempt = Assert.Single(await store.AttemptsAsync(tasks["running"].Id, cancellation));
        Assert.Equal((2L, "node-2", "session", 4096L), (attempt.Fence, attempt.Node, attempt.Session, attempt.LogOffset));

        if (newest >= 2)
        {
            var raised = tasks["raised"];
            Assert.Equal(
                new Budget(9000, 900) { InputTokens = 1_000_000, CostUsd = 0.5m, Turns = 40, StallSeconds = 120 }, raised.Budget);
            Assert.Equal(new RecoveryState(2, 1, new NextAttempt(NextMode.Resume, "the API was overloaded")), raised.Recovery);
            Assert.Equal((OnFailure.Auto, OnBudget.Ask, OnPermission.Ask, 3, true), (raised.Spec.OnFailure, raised.Spec.OnBudget, raised.Spec.OnPermission, raised.Spec.MaxRetries, raised.Spec.RecordWire));
            Assert.Equal(1200, (await store.SpentByGroupAsync("night", cancellation)).Output);
            Assert.Equal("17", await store.MarkAsync("frozen", cancellation));
        }

        var unread = (await store.UnreadAsync(10, cancellation)).Select(t => t.Spec.Name);
        Assert.Equal(newest >= 3 ? ["unread"] : [], unread);
        if (newest >= 3)
        {
            var integrated = tasks["integrated"];
            Assert.Equal((IntegrationMode.Merge, "/home/user/project/notes.md", true), (integrated.Spec.Integrate, integrated.Spec.IntegrateInto, integrated.ReadAt is not null));
            var record = (await store.EventsAsync(0, 100, integrated.Id, cancellation)).Select(e => e.Event).OfType<TaskEvent.Integrated>().Single().Record;
            Assert.Equal((1, IntegrationMode.Merge, "cd34", 0.8), (record.Number, record.Mode, record.ShaAfter, Math.Round(record.Quality.Score, 9)));
            Assert.Equal(Verification.Failed, integrated.Verification);
        }

        if (newest >= 4)
        {
            var depends = tasks["depends"];
            Assert.Equal([depends.Id], (await store.WaitingAsync(WaitKind.Dependency, cancellation)).Select(t => t.Id));
            Assert.Equal([tasks["window"].Id], (await store.WaitingAsync(WaitKind.Window, cancellation)).Select(t => t.Id));
            var start = new StartCondition { After = [tasks["queued"].Id], AfterEnded = [tasks["running"].Id], OnUnmet = OnUnmet.Skip, When = "succeeded(queued)" };
            Assert.Equal((7, start, new WorkflowStep("nightly", "nightly-1", "review", "ab12")), (depends.Spec.Priority, depends.Spec.Start, depends.Spec.Step));
            Assert.Equal(tasks["queued"].Id, depends.Spec.References["queued"]);
            Assert.Equal(new Recurrence("0 2 * * *", "Europe/Berlin"), tasks["recurs"].Spec.Recurs);
        }

        // Both leases have run out; the daemon that finds the first takes it over and ends it.
        var running = tasks["running"];
        Assert.Equal([running.Id, tasks["awaiting"].Id], (await store.ExpiredAsync(10, cancellation)).Select(t => t.Id));
        var adopt = (Decision.Accepted)TaskLifecycle.Decide(running, new TaskCommand.Adopt("node-3"), time.GetUtcNow());
        Assert.Equal(CommitResult.Applied, await store.CommitAsync(new TaskCommit(running.Version, 2, adopt, TimeSpan.FromMinutes(1)), cancellation));
        var launch = TaskLifecycle.Launch(TaskId.New(time), RandomLife.Spec(), time.GetUtcNow());
        Assert.IsType<LaunchResult.Repeated>(await store.LaunchAsync([launch], "frozen", "sha", cancellation));
        Assert.IsType<LaunchResult.Stored>(await store.LaunchAsync([launch], null, null, cancellation));
        Assert.Equal([launch.Next.Id], await store.ResolveAsync("@last", 2, cancellation));
    }

    [Fact]
    public void Frozen_EverySchema_HasItsFile()
    {
        var files = typeof(FrozenDatabaseTests).Assembly.GetManifestResourceNames();

        for (var schema = 1L; schema <= SqliteSchema.Newest; schema++) Assert.Contains($"schema-{schema:D4}.db", files);
    }
}
