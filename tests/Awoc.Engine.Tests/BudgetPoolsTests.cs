using System.Collections.Immutable;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Awoc.Engine.Budgets;
using Microsoft.Extensions.Time.Testing;

namespace Awoc.Engine.Tests;

public sealed class BudgetPoolsTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 22, 20, 30, 0, TimeSpan.Zero));
    private readonly BudgetPools _pools;

    public BudgetPoolsTests()
    {
        _time.SetLocalTimeZone(TimeZoneInfo.CreateCustomTimeZone("east", TimeSpan.FromHours(2), "east", "east"));
        _pools = new BudgetPools(_time);
        _pools.Begin(Usage.Zero);
    }

    [Fact]
    public void TryHold_WholeRestFits_IsHeldUntilSettled()
    {
        var settings = Day(tokens: 10_000);
        var first = Task(tokens: 6000);
        Assert.Null(_pools.TryHold(first, settings));
        var second = Task(tokens: 5000);

        var shortage = _pools.TryHold(second, settings);

        Assert.Equal(
            "day budget: 4,000 of 10,000 tokens left (6,000 held by running tasks), needs 5,000; opens at 00:00", shortage?.Text);
        Assert.Equal((EndReason.DayBudget, false, new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.FromHours(2))), (shortage!.Reason, shortage.Never, shortage.OpensAt));
        _pools.Settle(first.Id, new Usage(1000));
        Assert.Null(_pools.TryHold(second, settings));
        Assert.Equal(new PoolAmount(PoolKind.Tokens, 10_000, 1000, 5000), Assert.Single(_pools.OfDay(settings)));
    }

    [Fact]
    public void TryHold_EarlierAttempts_NeedsTheRestAlone()
    {
        var task = Task(tokens: 6000) with { Usage = new Usage(5500) };

        Assert.Null(_pools.TryHold(task, Day(tokens: 500)));
        Assert.NotNull(_pools.TryHold(Task(tokens: 501), Day(tokens: 1000)));
    }

    [Fact]
    public void TryHold_MoreThanTheWholeLimit_IsNever()
    {
        var shortage = _pools.TryHold(Task(tokens: 60_000), Day(tokens: 50_000));

        Assert.True(shortage!.Never);
        Assert.Equal(("--tokens", "60000"), shortage.Need);
        Assert.Contains("awoc config set budgets.day.tokens 60000", shortage.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void TryHold_LimitThatTheGroupWasLaunchedWith_HoldsBesideTheSettingsAndGivesWhatIsLeftOnceNothingRuns()
    {
        var settings = new PoolSettings { Groups = ImmutableSortedDictionary<string, PoolLimit>.Empty.Add("run", new PoolLimit(9000, null, null)) };
        var first = Grouped(6000, 8000);
        Assert.Null(_pools.TryHold(first, settings));

        var waits = _pools.TryHold(Grouped(3000, 8000), settings);
        Assert.Equal((false, EndReason.GroupBudget), (waits!.Final, waits.Reason));
        Assert.EndsWith("run was launched with this limit", waits.Text, StringComparison.Ordinal);
        _pools.Settle(first.Id, new Usage(5500));

        // No wait would bring more: it begins with what is there, alone, and may not go beyond it.
        var last = Grouped(3000, 8000);
        Assert.Equal((true, null), (_pools.Ask(last, settings, whole: true) is { Final: false }, _pools.Ask(last, settings)));
        Assert.Null(_pools.TryHold(last, settings));
        Assert.Equal(2500, _pools.AllowanceFor(last).Tokens);
        Assert.False(_pools.TryHold(Grouped(1, 8000), settings)!.Final);
        _pools.Settle(last.Id, new Usage(2500));
        Assert.True(_pools.TryHold(Grouped(1, 8000), settings)!.Final);

        // Of the two limits the settings' one is tighter here, and can be raised.
        Assert.False(_pools.TryHold(Grouped(3000, 20_000), settings)!.Final);

        // Nor is what is left of the batch more than the day has.
        Assert.Equal(EndReason.DayBudget, _pools.TryHold(Grouped(900, 9000), settings with { Day = new PoolLimit(8100, null, null) })!.Reason);

        AgentTask Grouped(long tokens, long limit)
        {
            var task = Task(tokens);
            return task with { Spec = task.Spec with { Group = "run", GroupTokens = limit } };
        }
    }

    [Fact]
    public void Fitting_ThreeWithTenEachOfTwenty_TheLastHasTheEightThatAreLeft()
    {
        AgentTask[] tasks = [.. Enumerable.Range(0, 3).Select(_ => Task() is var t ? t with { Spec = t.Spec with { Group = "run", GroupCostUsd = 20 }, Budget = t.Budget with { CostUsd = 10 } } : t)];
        Assert.Equal(tasks[..2], _pools.Fitting(tasks, PoolSettings.None));
        foreach (var task in tasks[..2])
        {
            Assert.Null(_pools.TryHold(task, PoolSettings.None));
            Assert.Equal(10, _pools.AllowanceFor(task).CostUsd);
        }

        foreach (var task in tasks[..2]) _pools.Settle(task.Id, new Usage { CostUsd = 6 });
        Assert.Equal([tasks[2]], _pools.Fitting(tasks[2..], PoolSettings.None));
        Assert.Null(_pools.TryHold(tasks[2], PoolSettings.None));
        Assert.Equal(8, _pools.AllowanceFor(tasks[2]).CostUsd);
    }

    [Fact]
    public void TryHold_NoCostLimitOfItsOwn_GetsAllThatIsLeftAndRunsAlone()
    {
        var settings = new PoolSettings { Day = new PoolLimit(null, null, 2m) };
        _pools.Begin(new Usage { CostUsd = 0.5m });
        var task = Task();
        Assert.Null(_pools.TryHold(task, settings));

        Assert.Equal(1.5m, _pools.AllowanceFor(task).CostUsd);
        var bounded = Task() with { Spec = Spec(null, 5000) with { Budget = Budget.Default with { CostUsd = 0.01m } } };
        Assert.Contains("$0", _pools.TryHold(bounded, settings)!.Text.Replace("0.00 of 2.00 dollars", "$0", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("--max-cost", _pools.TryHold(Task(), settings)!.Text, StringComparison.Ordinal);
        _pools.Settle(task.Id, new Usage(10) { CostUsd = 0.25m });
        Assert.Null(_pools.TryHold(bounded, settings));
        Assert.Equal(0.01m, _pools.AllowanceFor(bounded).CostUsd);
        Assert.Null(_pools.AllowanceFor(Task()).CostUsd);
    }

    [Fact]
    public void AllowanceFor_EarlierAttempts_AreTakenOff()
    {
        var task = Task() with { Budget = new Budget(1000, 60) { InputTokens = 50, CostUsd = 0.5m, Turns = 3 } };
        var spent = new Usage(Output: 400, Input: 20, CacheRead: 100) { CostUsd = 0.2m, Turns = 2 };
        Assert.Equal(new Allowance(600, 20, 0.3m, 1), _pools.AllowanceFor(task with { Usage = spent }));
        Assert.Equal(new Allowance(0, 0, 0m, 3), _pools.AllowanceFor(task with { Usage = new Usage(Output: 5000, Input: 500) { CostUsd = 9 } }));
    }

    [Fact]
    public void TryHold_Group_IsTighterThanTheDayAndNeverOpensByItself()
    {
        var settings = Day(tokens: 100_000) with
        {
            EachGroup = new PoolLimit(5000, null, null),
            Groups = PoolSettings.None.Groups.Add("night", new PoolLimit(8000, null, null)),
        };
        _pools.Learn("night", new Usage(4000));

        Assert.Null(_pools.TryHold(Task(4000, "night"), settings));
        var shortage = _pools.TryHold(Task(1, "night"), settings);
        Assert.Equal((EndReason.GroupBudget, null), (shortage!.Reason, shortage.OpensAt));
        Assert.StartsWith("group budget of night: 0 of 8,000 tokens left (4,000 held", shortage.Text, StringComparison.Ordinal);
        Assert.True(_pools.TryHold(Task(6000, "other"), settings)!.Never);
        Assert.Null(_pools.TryHold(Task(6000), settings));
    }

    [Fact]
    public void TryHold_RehearsedOrWithoutModel_NeitherHoldsNorWaits()
    {
        var settings = Day(tokens: 1);

        Assert.Null(_pools.TryHold(Task() with { Spec = Spec(null, 5000) with { Rehearsal = true } }, settings));
        Assert.Null(_pools.TryHold(Task() with { Spec = Spec(null, 5000) with { Model = null } }, settings));
        Assert.Equal(0, _pools.OfDay(settings)[0].Held);
    }

    [Fact]
    public void Day_LocalMidnight_BeginsAnewAndKeepsWhatIsHeld()
    {
        var settings = Day(tokens: 10_000);
        var over = Task(6000);
        Assert.Null(_pools.TryHold(over, settings));
        _pools.Settle(over.Id, new Usage(6000));
        var late = Task(4000);
        Assert.Null(_pools.TryHold(late, settings));
        Assert.NotNull(_pools.TryHold(Task(5000), settings));
        var changes = _pools.Changes;

        // 22:00 UTC is midnight here.
        _time.Advance(TimeSpan.FromMinutes(90));

        Assert.True(_pools.Changes > changes);
        Assert.Equal(new PoolAmount(PoolKind.Tokens, 10_000, 0, 4000), Assert.Single(_pools.OfDay(settings)));
        _pools.Settle(late.Id, new Usage(3000));
        Assert.Equal(new PoolAmount(PoolKind.Tokens, 10_000, 3000, 0), Assert.Single(_pools.OfDay(settings)));
    }

    [Fact]
    public void Day_ClockSetBackOverMidnight_IsNotGivenOutTwice()
    {
        var settings = Day(tokens: 10_000);
        var task = Task(6000);
        Assert.Null(_pools.TryHold(task, settings));
        _pools.Settle(task.Id, new Usage(6000));

        _time.AdjustTime(_time.GetUtcNow().AddDays(-1));

        Assert.Equal(6000, Assert.Single(_pools.OfDay(settings)).Spent);
    }

    [Fact]
    public void TryRaise_NoRoom_KeepsTheHold()
    {
        var settings = Day(tokens: 10_000);
        var task = Task(6000);
        Assert.Null(_pools.TryHold(task, settings));

        Assert.NotNull(_pools.TryRaise(task with { Budget = new Budget(11_000, 600) }, settings));
        Assert.Equal(6000, _pools.OfDay(settings)[0].Held);
        Assert.Null(_pools.TryRaise(task with { Budget = new Budget(9000, 600) }, settings));
        Assert.Equal(9000, _pools.OfDay(settings)[0].Held);
    }

    [Fact]
    public void Fitting_SeveralTasks_AreCountedTogetherAndHoldNothing()
    {
        var settings = Day(tokens: 10_000);
        AgentTask[] tasks = [Task(6000), Task(5000), Task(4000)];

        Assert.Equal([tasks[0].Id, tasks[2].Id], _pools.Fitting(tasks, settings).Select(t => t.Id));
        Assert.Equal(0, _pools.OfDay(settings)[0].Held);
    }

    [Fact]
    public void TryHold_ManyAtOnce_NeverBeyondTheLimit()
    {
        var settings = Day(tokens: 50_000);

        var held = Enumerable.Range(0, 200).AsParallel().Count(_ => _pools.TryHold(Task(1000), settings) is null);

        Assert.Equal(50, held);
    }

    private static PoolSettings Day(long tokens) => new() { Day = new PoolLimit(tokens, null, null) };

    private static TaskSpec Spec(string? group, long tokens) => new()
    {
        Type = "research",
        Agent = "claude",
        Model = "sonnet",
        Budget = new Budget(tokens, 600),
        Cwd = "/",
        Group = group,
    };

    private AgentTask Task(long tokens = 5000, string? group = null) =>
        TaskLifecycle.Launch(TaskId.New(_time), Spec(group, tokens), _time.GetUtcNow()).Next;
}
