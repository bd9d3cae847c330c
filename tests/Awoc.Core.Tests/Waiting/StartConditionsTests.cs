using Awoc.Core.Tasks;
using Awoc.Core.Waiting;
using CsCheck;

namespace Awoc.Core.Tests.Waiting;

public sealed class StartConditionsTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly TaskId[] s_ids = [.. Enumerable.Range(0, 5).Select(n => TaskId.Parse($"1700000000-00000000000{n}"))];

    private static readonly Gen<TaskStanding?> s_standing = Gen.Int[0, 6].Select(n => n switch
    {
        0 => null,
        1 => Of(TaskState.Running, null, null),
        2 => Of(TaskState.Scheduled, null, null),
        3 => Of(TaskState.Ended, TaskOutcome.Failed, EndReason.AgentError),
        4 => Of(TaskState.Ended, TaskOutcome.Canceled, EndReason.Skipped),
        _ => Of(TaskState.Ended, TaskOutcome.Succeeded, null),
    });

    private static readonly Gen<int[]> s_some = Gen.Int[0, 4].Array[0, 3].Select(a => a.Distinct().ToArray());

    /// <summary>The rule said another way: in terms of what is still possible.</summary>
    [Fact]
    public void Decide_AnyConditionAndStandings_AgreesWithWhatIsStillPossible() =>
        Gen.Select(Gen.Select(s_some, s_some, s_some), Gen.Enum<OnUnmet>(), s_standing.Array[5], Gen.Bool, Gen.Int[0, 3]).Sample((lists, onUnmet, standings, later, when) =>
        {
            var (after, any, ended) = lists;
            var condition = new StartCondition
            {
                After = [.. after.Select(n => s_ids[n])],
                AfterAny = [.. any.Select(n => s_ids[n])],
                AfterEnded = [.. ended.Select(n => s_ids[n])],
                OnUnmet = onUnmet,
                NotBefore = later ? s_now.AddHours(1) : null,
                When = when == 0 ? null : "x",
            };
            WhenAnswer? answer = when switch { 2 => new WhenAnswer(true, null), 3 => new WhenAnswer(false, null), _ => null };
            var decision = StartConditions.Decide(condition, id => standings[Array.IndexOf(s_ids, id)], s_now, answer);

            bool Live(int n) => standings[n] is { HasEnded: false };
            bool Good(int n) => standings[n] is { Succeeded: true };
            var impossible = after.Any(n => !Live(n) && !Good(n)) || (any.Length > 0 && any.All(n => !Live(n) && !Good(n)));
            var open = after.Any(Live) || ended.Any(Live) || (any.Any(Live) && !any.Any(Good));
            if (impossible && onUnmet != OnUnmet.Run)
            {
                var failed = after.Concat(any.All(n => !Live(n) && !Good(n)) ? any : []).Where(n => !Live(n) && !Good(n)).Any(n => standings[n] is not { WasSkipped: true });
                Assert.Equal(onUnmet == OnUnmet.Fail && failed, decision is StartDecision.Fail);
                Assert.Equal(onUnmet == OnUnmet.Skip || !failed, decision is StartDecision.Skip);
            }
            else if (open)
            {
                Assert.IsType<StartDecision.Wait>(decision);
            }
            else if (when == 1)
            {
                Assert.IsType<StartDecision.AskWhen>(decision);
            }
            else if (when == 3)
            {
                Assert.IsType<StartDecision.Skip>(decision);
            }
            else
            {
                Assert.Equal(later, decision is StartDecision.Postpone);
                Assert.Equal(!later, decision is StartDecision.Start);
            }
        });

    /// <summary>What has been decided for good is not undone by what ends later.</summary>
    [Fact]
    public void Decide_MoreHasEnded_AFailureOrStartStays() =>
        Gen.Select(s_some, s_some, Gen.Enum<OnUnmet>(), s_standing.Array[5], s_standing.Array[5]).Sample((after, any, onUnmet, before, ends) =>
        {
            var condition = new StartCondition { After = [.. after.Select(n => s_ids[n])], AfterAny = [.. any.Select(n => s_ids[n])], OnUnmet = onUnmet };
            TaskStanding?[] later = [.. before.Zip(ends, (b, e) => b is { HasEnded: false } ? e : b)];
            var first = StartConditions.Decide(condition, id => before[Array.IndexOf(s_ids, id)], s_now);
            var second = StartConditions.Decide(condition, id => later[Array.IndexOf(s_ids, id)], s_now);
            if (first is StartDecision.Start) Assert.IsType<StartDecision.Start>(second);
            if (first is StartDecision.Fail) Assert.IsType<StartDecision.Fail>(second);
        });

    [Fact]
    public void Decide_DependencyFailed_NamesItItsOutcomeAndTheNextStep()
    {
        var decision = StartConditions.Decide(new StartCondition { After = [s_ids[1]] }, _ => Of(TaskState.Ended, TaskOutcome.TimedOut, EndReason.Deadline), s_now);
        var fail = Assert.IsType<StartDecision.Fail>(decision);
        Assert.Equal(s_ids[1], fail.Because);
        Assert.Contains("task 000000000001, which it waits for, ended timed_out (deadline)", fail.Why, StringComparison.Ordinal);
        Assert.Contains("awoc retry 000000000001", fail.Why, StringComparison.Ordinal);
    }

    private static TaskStanding Of(TaskState state, TaskOutcome? outcome, EndReason? reason) => new(s_ids[0], 1, state, outcome, reason);
}
