using Awoc.Core.Integration;
using Awoc.Core.Store;
using Awoc.Core.Tasks;

namespace Awoc.Engine.Metrics;

/// <summary>The seed's success metrics, as far as there is data. <c>docs/metrics.md</c> has the formulae.</summary>
public sealed record SuccessMetrics
{
    public IReadOnlyDictionary<TaskOutcome, int> Outcomes { get; init; } = new Dictionary<TaskOutcome, int>();
    public IReadOnlyList<IntegrationQuality> Integrations { get; init; } = [];
    public int Undone { get; init; }

    /// <summary>Over all attempts that have ended.</summary>
    public TimeSpan Running { get; init; }

    /// <summary>In which at least one of them ran.</summary>
    public TimeSpan Busy { get; init; }

    public long TokensUsed { get; init; }
    public long TokensBudgeted { get; init; }

    /// <summary>Input tokens of the tasks that call a model, by how they were paid for.</summary>
    public Core.Budgets.Usage Input { get; init; } = Core.Budgets.Usage.Zero;

    /// <summary>Of their input, what was read from the provider's cache; null without data.</summary>
    public double? CacheReadShare => Input.Input + Input.CacheRead + Input.CacheWrite is > 0 and var all ? (double)Input.CacheRead / all : null;

    /// <summary>Attempts that took a warm agent.</summary>
    public int WarmStarts { get; init; }

    /// <summary>Attempts that could have taken one, those that did among them.</summary>
    public int Warmable { get; init; }

    /// <summary>Null without data.</summary>
    public double? PoolHitRate => Warmable > 0 ? (double)WarmStarts / Warmable : null;

    public int Ended => Outcomes.Values.Sum();

    /// <summary>Whoever cancels a task says nothing about it: canceled ones are left out. Null without data.</summary>
    public double? SuccessRate =>
        Ended - Outcomes.GetValueOrDefault(TaskOutcome.Canceled) is > 0 and var judged ? (double)Outcomes.GetValueOrDefault(TaskOutcome.Succeeded) / judged : null;

    public double? IntegrationQuality => Integrations.Count == 0 ? null : Integrations.Average(i => i.Score);

    public double? ParallelEfficiency => Busy > TimeSpan.Zero ? Running / Busy : null;

    public double? ResourceUtilization => TokensBudgeted > 0 ? (double)TokensUsed / TokensBudgeted : null;

    /// <summary>The parts of the quality, added up.</summary>
    public IntegrationQuality Parts => new()
    {
        ContractFindings = Integrations.Sum(i => i.ContractFindings),
        TargetLines = Integrations.Sum(i => i.TargetLines),
        TargetLinesKept = Integrations.Sum(i => i.TargetLinesKept),
        DuplicatesAvoided = Integrations.Sum(i => i.DuplicatesAvoided),
        Conflicts = Integrations.Sum(i => i.Conflicts),
        DanglingLinks = Integrations.Sum(i => i.DanglingLinks),
    };

    /// <param name="tasks">Ended ones.</param>
    /// <param name="attempts">Theirs.</param>
    /// <param name="integrations">Theirs, those undone later among them.</param>
    public static SuccessMetrics Of(
        IReadOnlyList<AgentTask> tasks, IEnumerable<AttemptRecord> attempts, IReadOnlyList<IntegrationQuality> integrations, int undone)
    {
        var all = attempts.ToList();
        var spans = all.Where(a => a.EndedAt > a.StartedAt).Select(a => (From: a.StartedAt, To: a.EndedAt!.Value)).OrderBy(s => s.From).ToList();
        var (running, busy) = (TimeSpan.Zero, TimeSpan.Zero);
        DateTimeOffset? covered = null;
        foreach (var (from, to) in spans)
        {
            running += to - from;
            var start = covered > from ? covered.Value : from;
            if (to <= start) continue;
            busy += to - start;
            covered = to;
        }

        var metered = tasks.Where(t => t.Spec.Model is not null).ToList();
        return new SuccessMetrics
        {
            Outcomes = tasks.Where(t => t.Outcome is not null).CountBy(t => t.Outcome!.Value).ToDictionary(),
            Integrations = integrations,
            Undone = undone,
            Running = running,
            Busy = busy,
            WarmStarts = all.Count(a => a.Warm is true),
            Warmable = all.Count(a => a.Warm is not null),
            TokensUsed = metered.Sum(t => t.Usage.Output),
            TokensBudgeted = metered.Sum(t => t.Budget.Tokens),
            Input = metered.Aggregate(Core.Budgets.Usage.Zero, static (sum, task) => sum + task.Usage),
        };
    }
}
