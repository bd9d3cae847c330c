using System.Collections.Immutable;
using Awoc.Core.Budgets;
using Awoc.Core.Recovery;
using Awoc.Core.Tasks;
using CsCheck;

namespace Awoc.Core.Tests.Recovery;

/// <summary>What holds in every life of a task, whatever its attempts end with and whatever a configuration's rules say.</summary>
public sealed class RecoveryDeciderProperties
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);

    private static readonly Gen<EndReason> s_reason = Any<EndReason>();

    private static readonly Gen<RecoveryRule> s_rule = Gen.Select(
        s_reason, Any<RecoveryAction>(), Gen.Int[0, 10_000], Gen.Int[0, 5],
        (reason, action, delay, attempts) => new RecoveryRule([reason], action)
        {
            Delay = delay == 0 ? null : TimeSpan.FromSeconds(delay),
            Attempts = attempts == 0 ? null : attempts,
        });

    private static readonly Gen<RecoverySettings> s_settings = Gen.Select(
        s_rule.Array[0, 4], Gen.Int[0, 12], (rules, retries) => new RecoverySettings { Rules = [.. rules], Retries = retries });

    private static readonly Gen<EndedAttempt> s_ended = Gen.Select(
        s_reason, Any<TaskOutcome>(), Gen.Long[0, 4_000], Gen.Long[0, 200_000], Gen.Bool, Gen.Bool, Gen.Int[-1000, 1_000_000],
        (reason, outcome, output, ms, model, gone, reset) => new EndedAttempt(outcome, reason, new Usage(Output: output), ms)
        {
            UsesModel = model,
            SessionGone = gone,
            ResetsAt = reset % 3 == 0 ? s_now.AddSeconds(reset) : null,
        });

    private static readonly Gen<(OnFailure Policy, int? Retries, long? Tokens, long? Seconds, RecoverySettings Settings, EndedAttempt[] Ends, double Random)> s_life =
        Gen.Select(
            Any<OnFailure>(), Gen.Int[-1, 6], Gen.Long[-1, 30_000], Gen.Long[-1, 3_000], s_settings, s_ended.Array[1, 60], Gen.Double[0, 1],
            (policy, retries, tokens, seconds, settings, ends, random) =>
                (policy, retries < 0 ? null : (int?)retries, tokens < 5000 ? null : (long?)tokens, seconds < 600 ? null : (long?)seconds, settings, ends, random));

    [Fact]
    public void Decide_AnyLife_KeepsTheTotalsTheCountsAndTheForbidden() => s_life.Sample(life =>
    {
        var task = NewTask(life.Policy);
        task = task with { Spec = task.Spec with { MaxRetries = life.Retries, MaxTotalTokens = life.Tokens, MaxTotalSeconds = life.Seconds } };
        var most = task.Spec.MaxRetries ?? life.Settings.Retries;
        var attempts = 0;
        foreach (var ended in life.Ends)
        {
            attempts++;
            var decision = RecoveryDecider.Decide(task, ended, life.Settings, s_now, life.Random);
            if (decision is not RecoveryDecision.Again again) break;
            Assert.NotEqual(OnFailure.Stop, life.Policy);
            Assert.DoesNotContain(ended.Reason!.Value, RecoveryPolicy.Final);
            Assert.NotEqual(TaskOutcome.Succeeded, ended.Outcome);
            Assert.NotEqual(TaskOutcome.Canceled, ended.Outcome);
            Assert.InRange(again.Delay, TimeSpan.Zero, TimeSpan.FromDays(9));
            Assert.Equal(task.Recovery.Retries + 1, again.State.Retries);
            var budget = again.Budget ?? task.Budget;
            Assert.InRange(budget.Tokens, task.Budget.Tokens, Math.Max(task.Budget.Tokens, life.Tokens ?? task.Spec.Budget.Tokens * 2));
            Assert.InRange(budget.TimeoutSeconds, task.Budget.TimeoutSeconds, Math.Max(task.Budget.TimeoutSeconds, life.Seconds ?? task.Spec.Budget.TimeoutSeconds * 2));

            // The attempt that follows can do something.
            task = task with { Budget = budget, Recovery = again.State, Usage = task.Usage + ended.Usage, RunMs = task.RunMs + ended.RunMs };
            Assert.True(task.RunMs < budget.TimeoutSeconds * 1000);
            if (ended.UsesModel) Assert.True(task.Usage.Output < budget.Tokens);
        }

        Assert.InRange(attempts, 1, most + 1);
    });

    [Fact]
    public void Decide_CancelRequested_AlwaysEnds() => Gen.Select(s_life, s_ended).Sample((life, ended) => Assert.IsType<RecoveryDecision.End>(
        RecoveryDecider.Decide(NewTask(life.Policy) with { CancelRequested = true }, ended, life.Settings, s_now, life.Random)));

    private static Gen<T> Any<T>() where T : struct, Enum => Gen.Int[0, Enum.GetValues<T>().Length - 1].Select(i => Enum.GetValues<T>()[i]);

    internal static AgentTask NewTask(OnFailure policy = OnFailure.Default) => new()
    {
        Id = TaskId.Parse("1795425843-d40ea9d76082"),
        Version = 5,
        CreatedAt = s_now,
        State = TaskState.Running,
        InAttempt = true,
        Attempt = 1,
        Fence = 1,
        Spec = new TaskSpec { Type = "research", Agent = "builtin", Cwd = "/work", Budget = new Budget(5000, 600), OnFailure = policy },
    };
}
