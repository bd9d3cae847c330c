using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Pacing;
using Awoc.Core.Tasks;
using Awoc.Engine.Quotas;
using Awoc.Engine.Recovery;
using Awoc.Engine.Supervision;
using Awoc.Engine.Tasks;

namespace Awoc.Engine.Tests.Quotas;

public sealed class QuotaBookTests
{
    [Fact]
    public async Task Gate_ClosedWindow_PutsAStartOffUntilItOpensAndOthersNot()
    {
        await using var rig = await QuotaRig.OpenAsync();
        var task = await rig.LaunchAsync();
        Assert.Null(await rig.Gate.AskAsync(task, CancellationToken.None));

        rig.Tell("5h", closedFor: TimeSpan.FromHours(2));

        var hold = await rig.Gate.AskAsync(task, CancellationToken.None);
        Assert.Equal(WaitKind.Window, hold!.Kind);
        Assert.InRange(hold.Until!.Value - rig.Time.GetUtcNow(), TimeSpan.FromHours(2), TimeSpan.FromHours(2) + TimeSpan.FromSeconds(30));
        Assert.Contains("(5h)", hold.Why, StringComparison.Ordinal);

        // Within quota.hold it is waited for in the gateway.
        rig.Time.Advance(TimeSpan.FromHours(2) - TimeSpan.FromSeconds(50));
        Assert.NotNull(rig.Ports.Quotas.HoldOf(task));
        Assert.Null(await rig.Gate.AskAsync(task, CancellationToken.None));
        rig.Time.Advance(TimeSpan.FromSeconds(51));
        Assert.Null(rig.Ports.Quotas.HoldOf(task));
    }

    [Fact]
    public async Task Gate_OtherAccountsOrOtherModelsWindow_HoldsNothing()
    {
        await using var rig = await QuotaRig.OpenAsync();
        var task = await rig.LaunchAsync();

        rig.Tell("5h", closedFor: TimeSpan.FromHours(2), account: "elsewhere#login");
        rig.Tell("7d_opus", closedFor: TimeSpan.FromHours(2));

        Assert.Null(await rig.Gate.AskAsync(task, CancellationToken.None));
    }

    [Fact]
    public void Spread_AnyWait_IsATenthAndHalfAMinuteAtMost()
    {
        for (var i = 0; i < 100; i++)
        {
            Assert.InRange(QuotaGate.Spread(TimeSpan.FromSeconds(100)), TimeSpan.Zero, TimeSpan.FromSeconds(10));
            Assert.InRange(QuotaGate.Spread(TimeSpan.FromDays(7)), TimeSpan.Zero, TimeSpan.FromSeconds(30));
        }
    }

    [Fact]
    public async Task Wake_ReserveTakenAwayWhileAnotherWindowIsClosed_GoesOnWhenThatOneOpens()
    {
        await using var rig = await QuotaRig.OpenAsync();
        rig.Settings.Now = rig.Settings.Now with { Quota = new QuotaSettings { Reserve = 0.3 } };
        rig.Tell("7d", TimeSpan.FromDays(3), used: 0.75, closed: false);
        rig.Tell("5h", closedFor: TimeSpan.FromHours(2));
        var task = await rig.PostponedAsync();
        Assert.InRange(task.DueAt!.Value - rig.Time.GetUtcNow(), TimeSpan.FromDays(3), TimeSpan.FromDays(3.1));
        rig.Run();

        rig.Settings.Now = rig.Settings.Now with { Quota = new QuotaSettings() };
        await rig.RoundsAsync(3);
        Assert.Equal(TaskState.Scheduled, (await rig.NowAsync(task)).State);

        rig.Time.Advance(TimeSpan.FromHours(2));
        await rig.UntilQueuedAsync(task);
    }

    [Fact]
    public async Task Wake_LaneThatCannotBeToldAtFirst_GoesOnLater()
    {
        await using var rig = await QuotaRig.OpenAsync();
        rig.Tell("5h", closedFor: TimeSpan.FromHours(5));
        rig.Tell("5h", closedFor: TimeSpan.FromDays(1), account: "elsewhere#login");
        var task = await rig.PostponedAsync();
        rig.Runner.Knows = false;
        rig.Run();

        rig.Tell("5h", TimeSpan.FromHours(5), used: 0.1, closed: false);
        await rig.RoundsAsync(3);
        Assert.Equal(TaskState.Scheduled, (await rig.NowAsync(task)).State);

        rig.Runner.Knows = true;
        await rig.UntilQueuedAsync(task);
    }

    [Fact]
    public async Task Wake_PutOffAfterTheWindowHadOpened_GoesOn()
    {
        await using var rig = await QuotaRig.OpenAsync();
        rig.Tell("5h", closedFor: TimeSpan.FromHours(5));
        var task = await rig.LaunchAsync();
        var hold = await rig.Gate.AskAsync(task, CancellationToken.None);
        rig.Run();
        rig.Tell("5h", TimeSpan.FromHours(5), used: 0.1, closed: false);
        await rig.RoundsAsync(2);

        // Only now the dispatcher's word is stored.
        var late = Assert.IsType<BookEntry.Applied>(await rig.Ports.Book.ApplyAsync(task.Id, new TaskCommand.Postpone(hold!.Until, hold.Kind, hold.Why), CancellationToken.None));

        await rig.UntilQueuedAsync(late.Task);
    }

    /// <summary>What waits for a window goes on as soon as the book holds none: a time that only the attempt was told is kept by itself.</summary>
    [Theory]
    [InlineData(false, WaitKind.NextAttempt)]
    [InlineData(true, WaitKind.Window)]
    public async Task Decide_LimitedUntilATime_WaitsForAWindowOnlyWhereTheBookKnowsIt(bool isKnown, WaitKind expected)
    {
        await using var rig = await QuotaRig.OpenAsync();
        var task = await rig.LaunchAsync();
        var running = Assert.IsType<BookEntry.Applied>(await rig.Ports.Book.ApplyAsync(task.Id, new TaskCommand.Dispatch("node"), CancellationToken.None)).Task;
        var opens = rig.Time.GetUtcNow().AddMinutes(5);
        if (isKnown) rig.Tell("5h", closedFor: TimeSpan.FromMinutes(5));

        var command = AttemptRecovery.Decide(
            rig.Ports, rig.Runner, running, new TaskEnding { Outcome = TaskOutcome.Failed, Reason = EndReason.RateLimited }, Usage.Zero, null, new AttemptStory(),
            GatewayRecord.Nothing with { ResetsAt = opens, LastStatus = 429 });

        var defer = Assert.IsType<TaskCommand.Defer>(command);
        Assert.Equal(expected, defer.Wait);
        Assert.True(defer.DueAt >= opens, $"due {defer.DueAt:O}");
    }

    [Fact]
    public async Task Apply_ToldByManyAtOnce_LeavesTheLaneAsTheLastWordHasIt()
    {
        await using var rig = await QuotaRig.OpenAsync(recording: true);
        var threads = Enumerable.Range(0, 8).Select(n => Task.Run(() =>
        {
            for (var i = 0; i < 300; i++) rig.Tell("5h", TimeSpan.FromHours(1 + n), used: 0.5, closed: i % 2 == 0);
        }));
        await Task.WhenAll(threads);

        var holds = rig.Ports.Quotas.HoldOf(rig.Lane);

        Assert.Equal(holds?.Until, rig.Recorded!.Closed.TryGetValue((rig.Lane.Account, ""), out var until) ? until : null);
        Assert.False(rig.Recorded.Overlapped, "two changes were given to the gateway at the same time");
    }
}
