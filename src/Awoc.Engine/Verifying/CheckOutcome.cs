using System.Collections.Immutable;
using Awoc.Core.Contracts;
using Awoc.Core.Tasks;
using Awoc.Documents.Contracts;

namespace Awoc.Engine.Verifying;

/// <summary>What a check came to.</summary>
public sealed record CheckOutcome(Core.Tasks.Verification Verification, ImmutableArray<Finding> Findings)
{
    /// <summary>No contract applies.</summary>
    public static CheckOutcome Unchecked { get; } = new(Verification.NotChecked, []);

    public bool Failed => Verification == Verification.Failed;

    /// <summary>What a success is not to hide; null for nothing.</summary>
    public string? Note => Findings.FirstOrDefault(finding => finding.Rule == Rules.NotChecked)?.Message;

    public IEnumerable<Finding> Errors => Findings.Where(finding => finding.Severity == FindingSeverity.Error);

    /// <param name="unable">What was not checked and why, as a sentence: then it never passes, and fails by what was found elsewhere.</param>
    public static CheckOutcome Of(IReadOnlyList<Finding> findings, string? unable = null)
    {
        var all = unable is null ? findings : [.. findings, new Finding(Rules.NotChecked, unable, null, FindingSeverity.Warning)];
        var failed = findings.Any(finding => finding.Severity == FindingSeverity.Error);
        return new CheckOutcome(
            failed ? Verification.Failed : unable is null ? Verification.Passed : Verification.NotChecked, [.. all]);
    }
}
