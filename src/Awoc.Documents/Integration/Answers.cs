using Awoc.Core.Integration;
using Awoc.Documents.Merging;

namespace Awoc.Documents.Integration;

/// <summary>An answer from what was planned.</summary>
internal static class Answers
{
    public static IntegrationAnswer Of(IntegrationRequest request, TextDocument target, LineInsertions edits, MergeTally tally)
    {
        if (edits.IsEmpty) return Unchanged(request, target, tally);
        if (edits.WouldCloseFrontMatter)
        {
            return new IntegrationAnswer.Refused(new DocumentFault(
                target.Name, 1, "starts with a line --- that nothing closes: a further one would make front matter of all between; write *** instead"));
        }

        return new IntegrationAnswer.Planned(target.ToBytes(edits.Apply()), true, tally.Conflicts, Quality(target, tally), edits.Added());
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
