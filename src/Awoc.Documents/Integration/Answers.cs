using Awoc.Core.Integration;
using Awoc.Documents.Merging;

namespace Awoc.Documents.Integration;

/// <summary>An answer from what was planned.</summary>
internal static class Answers
{
    public static IntegrationAnswer.Planned Of(IntegrationRequest request, TextDocument target, LineInsertions edits, MergeTally tally)
    {
        if (edits.IsEmpty) return Unchanged(request, target, tally);
        var content = target.ToBytes(edits.Apply());
        return new IntegrationAnswer.Planned(content, true, tally.Conflicts, Quality(target, tally), edits.Added());
    }

    /// <summary>The target holds the result already.</summary>
    public static IntegrationAnswer.Planned Unchanged(IntegrationRequest request, TextDocument target, MergeTally tally) =>
        new(request.Target ?? [], false, tally.Conflicts, Quality(target, tally), []);

    public static IntegrationQuality Quality(TextDocument target, MergeTally tally) => new()
    {
        TargetLines = target.LineCount,
        // Nothing but insertions was planned.
        TargetLinesKept = target.LineCount,
        DuplicatesAvoided = tally.Duplicates,
        Conflicts = tally.Conflicts.Count,
    };
}
