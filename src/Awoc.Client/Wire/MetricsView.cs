namespace Awoc.Client.Wire;

/// <summary>The seed's four success metrics, over the tasks launched since a time; rehearsed ones do not count. <c>docs/metrics.md</c> has the formulae.</summary>
public sealed record MetricsView
{
    /// <summary>From when on tasks count (UTC).</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Tasks that have ended.</summary>
    public required int Ended { get; init; }

    /// <summary>Of them by outcome.</summary>
    public required IReadOnlyDictionary<string, int> Outcomes { get; init; }

    /// <summary>Succeeded tasks as a share of those that ended, canceled ones left out; null without data.</summary>
    public double? SuccessRate { get; init; }

    /// <summary>Integrations that were carried out, those undone later among them.</summary>
    public required int Integrations { get; init; }

    /// <summary>Of them undone.</summary>
    public required int Undone { get; init; }

    /// <summary>The mean score of integrations; null without data.</summary>
    public double? IntegrationQuality { get; init; }

    /// <summary>The parts of the quality, added up; null without data.</summary>
    public QualityView? QualityParts { get; init; }

    /// <summary>Running time of all attempts over the time in which at least one ran: how many ran at once on the average; null without data.</summary>
    public double? ParallelEfficiency { get; init; }

    /// <summary>Running time of all attempts, in seconds.</summary>
    public required double RunningSeconds { get; init; }

    /// <summary>Time in which at least one attempt ran, in seconds.</summary>
    public required double BusySeconds { get; init; }

    /// <summary>Generated tokens of the tasks with a token budget.</summary>
    public required long TokensUsed { get; init; }

    /// <summary>Their token budgets, added up.</summary>
    public required long TokensBudgeted { get; init; }

    /// <summary>Used over budgeted; null without data.</summary>
    public double? ResourceUtilization { get; init; }

    /// <summary>Input tokens that were neither read from a cache nor written to one.</summary>
    public required long InputFresh { get; init; }

    /// <summary>Input tokens that were read from the provider's cache, at a tenth of the price.</summary>
    public required long InputFromCache { get; init; }

    /// <summary>Input tokens that were written to the provider's cache, at five quarters of the price, or twice it for an hour.</summary>
    public required long InputToCache { get; init; }

    /// <summary>Of all input, what was read from the provider's cache; null without data.</summary>
    public double? CacheReadShare { get; init; }

    /// <summary>Attempts that took a warm agent.</summary>
    public required int WarmStarts { get; init; }

    /// <summary>Attempts that could have taken one.</summary>
    public required int WarmableStarts { get; init; }

    /// <summary>Taken over could have; null without data.</summary>
    public double? PoolHitRate { get; init; }
}
