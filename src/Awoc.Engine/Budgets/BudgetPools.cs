using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Tasks;

namespace Awoc.Engine.Budgets;

/// <summary>
/// The budgets that tasks share: a group's over its whole life, and the day's, which begins at local midnight. All that an
/// attempt may spend is held from both before it starts, and what it did spend is settled when it has ended: together the
/// attempts cannot go beyond a limit.
/// <para>
/// An attempt without a limit of its own where a pool has one (money, mostly) gets all that is left: it runs alone, rather
/// than fail at a share that somebody guessed. Rehearsed tasks and those that call no model neither hold nor count.
/// </para>
/// Arithmetic only: what was spent before this process began is told to it.
/// </summary>
public sealed class BudgetPools(TimeProvider time)
{
    private static readonly PoolKind[] s_kinds = Enum.GetValues<PoolKind>();

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Usage> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<TaskId, Hold> _holds = [];
    private DateOnly _day;
    private Usage? _today;
    private long _changes;

    /// <summary>Grows whenever there may be more room than before.</summary>
    public long Changes
    {
        get
        {
            lock (_gate)
            {
                Roll();
                return _changes;
            }
        }
    }

    /// <summary>Local midnight, of the day that has begun last.</summary>
    public DateTimeOffset DayBegan => Midnight(DateOnly.FromDateTime(time.GetLocalNow().DateTime));

    public DateTimeOffset DayEnds => Midnight(DateOnly.FromDateTime(time.GetLocalNow().DateTime).AddDays(1));

    /// <summary>Whether <see cref="Begin"/> was called: before it nothing is refused.</summary>
    public bool HasBegun
    {
        get
        {
            lock (_gate) return _today is not null;
        }
    }

    /// <param name="spent">By the attempts that ended since <see cref="DayBegan"/>.</param>
    public void Begin(Usage spent)
    {
        lock (_gate) (_day, _today) = (Today, spent);
    }

    public bool Knows(string group)
    {
        lock (_gate) return _groups.ContainsKey(group);
    }

    /// <summary>By all attempts of the group that have ended; zero for one that was not learned.</summary>
    public Usage SpentBy(string group)
    {
        lock (_gate) return _groups.GetValueOrDefault(group, Usage.Zero);
    }

    /// <param name="spent">By all attempts of the group that have ended.</param>
    public void Learn(string group, Usage spent)
    {
        lock (_gate) _groups.TryAdd(group, spent);
    }

    /// <summary>
    /// Holds what the task may still spend; or says why it does not fit, and holds nothing. Where a limit came with the task's own batch
    /// and nothing is held of it, no wait would give more: what is left is held, though it be less than the task may need.
    /// </summary>
    public Shortage? TryHold(AgentTask task, PoolSettings settings)
    {
        lock (_gate)
        {
            Roll();
            if (!Counts(task) || _today is null) return null;
            if (Short(task, settings) is { } shortage) return shortage;
            _holds[task.Id] = HoldOf(task, settings);
            return null;
        }
    }

    /// <summary>As <see cref="TryHold"/>, holding nothing.</summary>
    /// <param name="whole">Ask for all that the task may need, not for what is left of its batch's limit.</param>
    public Shortage? Ask(AgentTask task, PoolSettings settings, bool whole = false)
    {
        lock (_gate)
        {
            Roll();
            return Counts(task) && _today is not null ? Short(task, settings, whole) : null;
        }
    }

    /// <summary>Of these tasks in their order, those for which there is room now, each beside those before it.</summary>
    public IReadOnlyList<AgentTask> Fitting(IEnumerable<AgentTask> tasks, PoolSettings settings)
    {
        lock (_gate)
        {
            List<AgentTask> fitting = [.. tasks.Where(t => TryHold(t, settings) is null)];
            foreach (var task in fitting) _holds.Remove(task.Id);
            return fitting;
        }
    }

    /// <summary>Holds for an attempt that runs already, whatever is left: what it spends is spent.</summary>
    public void Keep(AgentTask task, PoolSettings settings)
    {
        lock (_gate)
        {
            if (Counts(task) && _today is not null) _holds[task.Id] = HoldOf(task, settings);
        }
    }

    /// <summary>After a running task's own budget was raised: holds the more; or says why there is no room, and leaves the hold.</summary>
    public Shortage? TryRaise(AgentTask task, PoolSettings settings)
    {
        lock (_gate)
        {
            if (!_holds.Remove(task.Id, out var before)) return null;
            if (Short(task, settings, whole: true) is { } shortage)
            {
                _holds[task.Id] = before;
                return shortage;
            }

            _holds[task.Id] = HoldOf(task, settings);
            return null;
        }
    }

    /// <summary>The attempt is over.</summary>
    /// <param name="spent">By this attempt alone.</param>
    public void Settle(TaskId id, Usage spent)
    {
        lock (_gate)
        {
            Roll();
            if (!_holds.Remove(id, out var hold)) return;
            _today = (_today ?? Usage.Zero) + spent;
            if (hold.Group is { } group) _groups[group] = _groups.GetValueOrDefault(group, Usage.Zero) + spent;
            _changes++;
        }
    }

    /// <summary>
    /// What an attempt of the task may spend: what is left of its own budget, and of a limit that it has not got itself,
    /// what is held for it: less than that rest where its batch had no more.
    /// </summary>
    public Allowance AllowanceFor(AgentTask task)
    {
        lock (_gate)
        {
            var hold = _holds.GetValueOrDefault(task.Id);
            return new Allowance(
                (long)(Of(PoolKind.Tokens, hold?.Tokens) ?? 0),
                (long?)Of(PoolKind.InputTokens, hold?.InputTokens),
                Of(PoolKind.Cost, hold?.CostUsd),
                task.Budget.Turns is { } turns ? Math.Max(0, turns - task.Usage.Turns) : null);

            decimal? Of(PoolKind kind, decimal? held)
            {
                var rest = PoolAmount.Rest(task.Budget, task.Usage, kind);
                return hold is { IsCut: true } && held < rest ? held : rest ?? held;
            }
        }
    }

    /// <summary>How the day's limits stand.</summary>
    public IReadOnlyList<PoolAmount> OfDay(PoolSettings settings)
    {
        lock (_gate)
        {
            Roll();
            return [.. Amounts(null, settings)];
        }
    }

    /// <param name="launchedWith">The group's limits that its tasks were launched with; null for none.</param>
    public IReadOnlyList<PoolAmount> OfGroup(string group, PoolSettings settings, PoolLimit? launchedWith = null)
    {
        lock (_gate) return [.. Amounts(group, settings, launchedWith)];
    }

    private DateOnly Today => DateOnly.FromDateTime(time.GetLocalNow().DateTime);

    private static bool Counts(AgentTask task) => !task.Spec.Rehearsal && task.Spec.Model is not null;

    /// <summary>A new day begins with nothing spent. A clock that is set back begins none: that would give the day out twice.</summary>
    private void Roll()
    {
        if (_today is null || Today <= _day) return;
        (_day, _today) = (Today, Usage.Zero);
        _changes++;
    }

    private Shortage? Short(AgentTask task, PoolSettings settings, bool whole = false)
    {
        // The day first: it opens by itself, and says when.
        var amounts = AmountsFor(task, settings);
        foreach (var (group, amount) in amounts)
        {
            var needs = whole ? PoolAmount.Rest(task.Budget, task.Usage, amount.Kind) : NeedOf(task, amount.Kind, amounts);
            if (needs is { } rest ? rest > amount.Left : amount.Left <= 0)
                return Shortage.Of(group, amount, needs, group is null ? DayEnds : null, launchedWith: IsOfBatch(task, group, amount));
        }

        return null;
    }

    private Hold HoldOf(AgentTask task, PoolSettings settings)
    {
        var amounts = AmountsFor(task, settings);
        return new Hold(task.Spec.Group, Of(PoolKind.Tokens) ?? 0, Of(PoolKind.InputTokens), Of(PoolKind.Cost))
        {
            IsCut = s_kinds.Any(kind => NeedOf(task, kind, amounts) < PoolAmount.Rest(task.Budget, task.Usage, kind)),
        };

        decimal? Of(PoolKind kind) => NeedOf(task, kind, amounts) ?? amounts.Where(a => a.Amount.Kind == kind).Min(a => (decimal?)a.Amount.Left);
    }

    /// <summary>What is left of the task's own budget, or of its batch's limit where that is less and nothing runs that could leave more; null where it has no such limit.</summary>
    private static decimal? NeedOf(AgentTask task, PoolKind kind, IReadOnlyList<(string? Group, PoolAmount Amount)> amounts)
    {
        if (PoolAmount.Rest(task.Budget, task.Usage, kind) is not { } need) return null;
        foreach (var (group, amount) in amounts)
        {
            if (amount.Kind == kind && amount is { Held: 0, Left: > 0 } && IsOfBatch(task, group, amount)) need = Math.Min(need, amount.Left);
        }

        return need;
    }

    /// <summary>Whether the limit is the one that the task was launched with, which no setting gives more of.</summary>
    private static bool IsOfBatch(AgentTask task, string? group, PoolAmount amount) =>
        group is not null && PoolAmount.Of(PoolLimit.LaunchedWith(task.Spec), amount.Kind) == amount.Max;

    private List<(string? Group, PoolAmount Amount)> AmountsFor(AgentTask task, PoolSettings settings) =>
        [.. Pools(task).SelectMany(group => Amounts(group, settings, PoolLimit.LaunchedWith(task.Spec)).Select(amount => (group, amount)))];

    private static IEnumerable<string?> Pools(AgentTask task) => task.Spec.Group is { } group ? [null, group] : [null];

    private IEnumerable<PoolAmount> Amounts(string? group, PoolSettings settings, PoolLimit? launchedWith = null)
    {
        var limit = group is null ? settings.Day : settings.OfGroup(group).And(launchedWith ?? PoolLimit.None);
        var spent = group is null ? _today ?? Usage.Zero : _groups.GetValueOrDefault(group, Usage.Zero);
        foreach (var kind in s_kinds)
        {
            if (PoolAmount.Of(limit, kind) is not { } max) continue;
            var held = _holds.Values.Where(h => group is null || h.Group == group).Sum(h => h.Of(kind));
            yield return new PoolAmount(kind, max, PoolAmount.Of(spent, kind), held);
        }
    }

    private DateTimeOffset Midnight(DateOnly day)
    {
        var zone = time.LocalTimeZone;
        var local = day.ToDateTime(TimeOnly.MinValue);

        // Where summer time begins at midnight there is none that day: it begins at one.
        if (zone.IsInvalidTime(local)) local = local.AddHours(1);
        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }

    private sealed record Hold(string? Group, decimal Tokens, decimal? InputTokens, decimal? CostUsd)
    {
        /// <summary>Less than the rest of the task's own budget.</summary>
        public bool IsCut { get; init; }

        public decimal Of(PoolKind kind) => kind switch
        {
            PoolKind.Tokens => Tokens,
            PoolKind.InputTokens => InputTokens ?? 0,
            PoolKind.Cost => CostUsd ?? 0,
        };
    }
}
