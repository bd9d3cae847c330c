using Awoc.Core.Alerts;
using Awoc.Core.Budgets;
using Awoc.Core.Tasks;

namespace Awoc.Core.Recovery;

/// <summary>
/// What becomes of a task when an attempt is over. Pure. Whatever the rules say, it holds that a reason of
/// <see cref="RecoveryPolicy.Final"/> is never retried, that attempts are counted, that no total is passed, and that an
/// attempt is only made where the budget lets it do something.
/// </summary>
public static class RecoveryDecider
{
    /// <summary>Deaths in a row after which a task is parked.</summary>
    public const int PoisonDeaths = 3;

    /// <summary>The seed's extended timeout, in seconds.</summary>
    public const long ExtendedTimeout = 900;

    /// <summary>Less running time left than this, in milliseconds, starts no attempt.</summary>
    private const long LeastMs = 5_000;

    /// <summary>Longest wait, whatever an API or the growth says: the longest usage window is a week.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(8);

    private static readonly TimeSpan s_longestGrown = TimeSpan.FromHours(1);

    /// <param name="task">As it stood in the attempt: its usage and running time are those of earlier ones.</param>
    /// <param name="random">From 0 to 1, for the jitter.</param>
    public static RecoveryDecision Decide(AgentTask task, EndedAttempt ended, RecoverySettings settings, DateTimeOffset now, double random)
    {
        if (ended.Outcome == TaskOutcome.Succeeded || task.CancelRequested || ended.IsComplete) return new RecoveryDecision.End(null);
        if (ended.Outcome == TaskOutcome.Canceled || ended.Reason is not { } reason) return new RecoveryDecision.End(null);
        var died = RecoveryPolicy.Deaths.Contains(reason);
        var deaths = died ? task.Recovery.Deaths + 1 : 0;
        var policy = RecoveryPolicy.Of(task.Spec.OnFailure, settings);
        // A session that cannot be taken up is no fault of the work: it goes on in a fresh one.
        var rule = ended.SessionGone && policy != RecoveryPolicy.Stop && !RecoveryPolicy.Final.Contains(reason)
            ? new RecoveryRule([reason], RecoveryAction.Resume)
            : policy.Find(reason);
        if (deaths >= PoisonDeaths)
            return new RecoveryDecision.Park($"it took its runner down {deaths} times in a row, the last time so: {ended.Detail ?? reason.Text()}. Look into it with 'awoc logs {task.Id.Handle}'; once mended, go on with: awoc retry {task.Id.Handle}");

        if (ended.Window is { } window && reason == EndReason.RateLimited && MayRepeat(task, ended)) return AtWindow(task, ended, window, settings, now, random);
        if (task.Spec.OnBudget == OnBudget.Ask && ended.UsesModel && RecoveryPolicy.Budgets.Contains(reason)) return Asked(task, ended, reason);
        if (rule is null || rule.Action == RecoveryAction.Notify || !MayRepeat(task, ended)) return new RecoveryDecision.End(null);
        // A limit passes, and nothing fails because of one unless somebody said after how many tries.
        var counts = reason != EndReason.RateLimited || rule.Action != RecoveryAction.Defer || task.Spec.MaxRetries is not null || rule.Attempts is not null;
        var most = counts ? Math.Min(task.Spec.MaxRetries ?? settings.Retries, rule.Attempts ?? int.MaxValue) : int.MaxValue;
        if (task.Recovery.Retries >= most)
            return new RecoveryDecision.End(task.Recovery.Retries == 0 ? null : $"{task.Recovery.Retries} automatic retries are used up");

        var budget = Raised(task, rule.Action);
        if (!Suffices(budget, task.Usage + ended.Usage, task.RunMs + ended.RunMs, ended.UsesModel)) return new RecoveryDecision.End(null);
        var mode = ended.SessionGone ? NextMode.Fresh : Mode(rule.Action, ended);
        var limited = reason == EndReason.RateLimited ? Limited(task, ended) : 0;
        var delay = Delay(rule, counts ? task.Recovery.Retries : Math.Max(0, limited - 1), settings, ended.ResetsAt - now, random);
        var state = new RecoveryState(task.Recovery.Retries + (counts ? 1 : 0), deaths, Next(mode, ended, reason)) { Limited = limited };
        return new RecoveryDecision.Again(delay, budget == task.Budget ? null : budget, state, Why(rule.Action, reason, mode, ended.ResetsAt));
    }

    /// <summary>
    /// A closed window ends nothing and uses up no retry, whatever the policy and however often: the task waits until it opens. Where
    /// nothing was generated since the last one, the API's word on its opening was not enough, and the waits grow.
    /// </summary>
    private static RecoveryDecision AtWindow(AgentTask task, EndedAttempt ended, string window, RecoverySettings settings, DateTimeOffset now, double random)
    {
        if (!Suffices(task.Budget, task.Usage + ended.Usage, task.RunMs + ended.RunMs, ended.UsesModel)) return new RecoveryDecision.End(null);
        var limited = Limited(task, ended);
        var rule = new RecoveryRule([EndReason.RateLimited], RecoveryAction.Defer) { Delay = TimeSpan.FromSeconds(Math.Min(30, settings.Delay.TotalSeconds)) };
        var delay = Delay(rule, Math.Max(0, limited - 1), settings, ended.ResetsAt - now, random);
        var mode = ended.SessionGone ? NextMode.Fresh : Mode(RecoveryAction.Defer, ended);
        var state = task.Recovery with { Deaths = 0, Limited = limited, Next = Next(mode, ended, EndReason.RateLimited) };
        return new RecoveryDecision.Again(delay, null, state, window) { Wait = WaitKind.Window };
    }

    private static int Limited(AgentTask task, EndedAttempt ended) => ended.Usage.Output > 0 ? 1 : task.Recovery.Limited + 1;

    private static NextAttempt Next(NextMode mode, EndedAttempt ended, EndReason reason) =>
        new(mode, ended.Detail ?? $"it ended {ended.Outcome.Text()} ({reason.Text()})");

    private static RecoveryDecision.Ask Asked(AgentTask task, EndedAttempt ended, EndReason spent)
    {
        var (id, more) = (task.Id.Handle, Remedy.More(task.Spec.Budget, spent));
        var what = (ended.Detail ?? $"its budget is spent ({spent.Text()})").Split(';')[0];
        var state = task.Recovery with { Next = new NextAttempt(NextMode.Resume, what) { Spent = spent } };
        return new RecoveryDecision.Ask(spent, $"{what}: 'awoc topup {id} {more}' lets it go on, 'awoc answer {id} stop' ends it", state);
    }

    /// <summary>A command may not bear a second run: it gets one where it never began, or where somebody asked for it.</summary>
    private static bool MayRepeat(AgentTask task, EndedAttempt ended) =>
        ended.UsesModel || !ended.Started || task.Spec.OnFailure == OnFailure.Auto;

    private static NextMode Mode(RecoveryAction action, EndedAttempt ended) =>
        !ended.UsesModel ? NextMode.Restart : action == RecoveryAction.Reduce ? NextMode.Reduce : NextMode.Resume;

    private static Budget Raised(AgentTask task, RecoveryAction action)
    {
        var (spec, budget) = (task.Spec, task.Budget);
        switch (action)
        {
            case RecoveryAction.Extend:
                var seconds = Math.Min(Extended(budget.TimeoutSeconds), spec.MaxTotalSeconds ?? spec.Budget.TimeoutSeconds * 2);
                return budget with { TimeoutSeconds = Math.Max(budget.TimeoutSeconds, seconds) };
            case RecoveryAction.Reduce:
                var tokens = Math.Min(budget.Tokens + spec.Budget.Tokens, spec.MaxTotalTokens ?? spec.Budget.Tokens * 2);
                return budget with { Tokens = Math.Max(budget.Tokens, tokens) };
            case RecoveryAction.Defer or RecoveryAction.Resume or RecoveryAction.Notify:
                return budget;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>The time limit that follows one that was too short, in seconds: the seed's, or half as long again.</summary>
    public static long Extended(long seconds) => Math.Max(ExtendedTimeout, (seconds * 3 / 2) + (seconds % 2));

    /// <summary>Whether what is left of a budget lets an attempt do something.</summary>
    /// <param name="used">By the attempts before.</param>
    /// <param name="runMs">Running time of the attempts before, in milliseconds.</param>
    public static bool Suffices(Budget budget, Usage used, long runMs, bool usesModel)
    {
        var ms = (budget.TimeoutSeconds * 1000) - runMs;
        if (ms < Math.Min(LeastMs, budget.TimeoutSeconds * 1000)) return false;
        if (!usesModel) return true;
        return budget.Tokens - used.Output >= Math.Min(BudgetSplit.WorkFloor, budget.Tokens)
            && (budget.InputTokens is not { } input || used.WeightedInput < input)
            && (budget.Turns is not { } turns || used.Turns < turns)
            && (budget.CostUsd is not { } cost || (used.CostUsd ?? 0) < cost);
    }

    private static TimeSpan Delay(RecoveryRule rule, int retries, RecoverySettings settings, TimeSpan? untilReset, double random)
    {
        var first = rule.Delay ?? (rule.Action == RecoveryAction.Defer ? settings.Delay : TimeSpan.Zero);
        var grown = first * Math.Pow(rule.Growth, Math.Min(retries, 20));
        if (grown > s_longestGrown && grown > first) grown = first > s_longestGrown ? first : s_longestGrown;
        // The API's word counts; where it was followed before and did not help, never less than the rule's own wait.
        var wait = rule.Action == RecoveryAction.Defer && untilReset is { } reset
            ? retries == 0 || reset > grown ? reset : grown
            : grown;
        if (wait < TimeSpan.Zero) wait = TimeSpan.Zero;
        if (wait > s_longest) wait = s_longest;
        return wait + (grown < wait ? grown : wait) * (rule.Jitter * Math.Clamp(random, 0, 1));
    }

    private static string Why(RecoveryAction action, EndReason reason, NextMode mode, DateTimeOffset? resetsAt) => action switch
    {
        RecoveryAction.Defer when resetsAt is not null => $"the window of the model API ({reason.Text()})",
        RecoveryAction.Defer => $"its next attempt ({reason.Text()})",
        RecoveryAction.Extend => "its next attempt, with more time",
        RecoveryAction.Reduce => "its next attempt, with a reduced scope",
        _ => mode == NextMode.Restart ? $"its next attempt ({reason.Text()})" : $"its next attempt, which goes on ({reason.Text()})",
    };
}
