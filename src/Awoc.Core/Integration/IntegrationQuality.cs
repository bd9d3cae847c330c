namespace Awoc.Core.Integration;

/// <summary>How well a result fits where it was brought: the seed's fourth success metric, with its parts.</summary>
public sealed record IntegrationQuality
{
    /// <summary>Errors that the contract check of the result found.</summary>
    public int ContractFindings { get; init; }

    /// <summary>Lines of the target before, and how many of them stand after.</summary>
    public int TargetLines { get; init; }

    public int TargetLinesKept { get; init; }

    /// <summary>Items, rows, blocks and elements of the result that the target had already, and so were not added again.</summary>
    public int DuplicatesAvoided { get; init; }

    /// <summary>Conflicts that were shown and not guessed.</summary>
    public int Conflicts { get; init; }

    /// <summary>Local links and paths of what was added that lead nowhere from the target.</summary>
    public int DanglingLinks { get; init; }

    /// <summary>
    /// From 0 to 1: 1 less a tenth for each finding, conflict and dangling link (to no less than 0), times the share of the target's lines that
    /// were kept.
    /// </summary>
    public double Score =>
        Math.Max(0, 1 - 0.1 * (ContractFindings + Conflicts + DanglingLinks)) * (TargetLines == 0 ? 1 : (double)TargetLinesKept / TargetLines);
}
