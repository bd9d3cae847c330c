using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;

namespace Storage.Conformance;

public abstract partial class TaskStoreConformance
{
    [Fact]
    public async Task Spent_Since_AddsUpTheAttemptsThatEndedFromThenOn()
    {
        Assert.Equal(Usage.Zero, await Store.SpentAsync(DateTimeOffset.MinValue.AddYears(2000), Cancellation));
        await SpentAsync(new Usage(1000, 300, 20, 7, 5) { CostUsd = 1.5m });
        Time.Advance(TimeSpan.FromHours(1));
        var midnight = Now;
        await SpentAsync(new Usage(10, 3, 2, 70, 50) { CostUsd = 0.000001m });
        await SpentAsync(new Usage(5) { Estimated = true });
        await SpentAsync(new Usage(100_000) { CostUsd = 9 }, RandomLife.Spec() with { Rehearsal = true });
        await CommitAsync(await LaunchAsync(), new TaskCommand.Dispatch("running"));

        Assert.Equal(new Usage(15, 3, 2, 70, 50) { CostUsd = 0.000001m, Estimated = true }, await Store.SpentAsync(midnight, Cancellation));
        Assert.Equal(new Usage(1015, 303, 22, 77, 55) { CostUsd = 1.500001m, Estimated = true }, await Store.SpentAsync(midnight.AddDays(-1), Cancellation));
        Assert.Equal(Usage.Zero, await Store.SpentAsync(midnight.AddSeconds(1), Cancellation));
    }

    [Fact]
    public async Task Spent_SeveralAttemptsOfOneTask_CountEachAtItsEnd()
    {
        var task = await CommitAsync(await LaunchAsync(), new TaskCommand.Dispatch("n"));
        task = await CommitAsync(task, new TaskCommand.Defer(
            task.Fence, TaskOutcome.Lost, EndReason.ShimLost, new Usage(40), 1, Now, null));
        task = await CommitAsync(await CommitAsync(task, new TaskCommand.Enqueue()), new TaskCommand.Dispatch("n"));
        Time.Advance(TimeSpan.FromDays(1));
        await CommitAsync(task, Finish(task));

        Assert.Equal(100, (await Store.SpentAsync(Now, Cancellation)).Output);
        Assert.Equal(140, (await Store.SpentAsync(Now.AddDays(-1), Cancellation)).Output);
    }

    [Fact]
    public async Task SpentByGroup_OneGroup_AllItsEndedAttemptsEver()
    {
        var spec = RandomLife.Spec() with { Group = "nightly" };
        await SpentAsync(new Usage(7, 0, 3), spec);
        Time.Advance(TimeSpan.FromDays(40));
        await SpentAsync(new Usage(5) { CostUsd = 0.25m }, spec);
        await SpentAsync(new Usage(999), spec with { Rehearsal = true });
        await SpentAsync(new Usage(999), spec with { Group = "weekly" });
        await SpentAsync(new Usage(999));

        Assert.Equal(new Usage(12, 0, 3) { CostUsd = 0.25m }, await Store.SpentByGroupAsync("nightly", Cancellation));
        Assert.Equal(Usage.Zero, await Store.SpentByGroupAsync("nobody", Cancellation));
    }

    [Fact]
    public async Task Recent_TypeAndAgent_EndedOnesNewestFirst()
    {
        var spec = RandomLife.Spec() with { Type = "research", Agent = "claude" };
        var first = await EndedAsync(TaskOutcome.Succeeded, spec);
        var second = await EndedAsync(TaskOutcome.BudgetExhausted, spec);
        await EndedAsync(TaskOutcome.Succeeded, spec with { Rehearsal = true });
        await EndedAsync(TaskOutcome.Succeeded, spec with { Agent = "builtin" });
        await EndedAsync(TaskOutcome.Succeeded, spec with { Type = "analysis" });
        await LaunchAsync(spec);

        AssertSame([second, first], await Store.RecentAsync("research", "claude", 20, Cancellation));
        AssertSame([second], await Store.RecentAsync("research", "claude", 1, Cancellation));
        Assert.Empty(await Store.RecentAsync("research", "command", 20, Cancellation));
    }

    [Fact]
    public async Task Mark_SetChangedAndTakenAway_IsWhatWasSetLast()
    {
        Assert.Null(await Store.MarkAsync("alerts", Cancellation));
        await Store.SetMarkAsync("alerts", "17", Cancellation);
        await Store.SetMarkAsync("alerts", "18 — ünïcode", Cancellation);
        await Store.SetMarkAsync("other", "", Cancellation);

        await ReopenAsync();

        Assert.Equal("18 — ünïcode", await Store.MarkAsync("alerts", Cancellation));
        Assert.Equal("", await Store.MarkAsync("other", Cancellation));
        await Store.SetMarkAsync("alerts", null, Cancellation);
        await Store.SetMarkAsync("never set", null, Cancellation);
        Assert.Null(await Store.MarkAsync("alerts", Cancellation));
    }

    private async Task SpentAsync(Usage usage, TaskSpec? spec = null)
    {
        var task = await CommitAsync(await LaunchAsync(spec), new TaskCommand.Dispatch("n"));
        await CommitAsync(task, new TaskCommand.Finish(task.Fence, usage, 1, new TaskEnding { Outcome = TaskOutcome.Failed }));
    }
}
