using System.Text;
using Awoc.Core.Integration;
using Awoc.Documents;
using Awoc.Documents.Integration;
using Awoc.Engine.Homes;

namespace Awoc.Engine.Integration;

/// <summary>Merges a result into text or code, three-way, in the target's own encoding and line endings.</summary>
internal static class LineMerge
{
    /// <param name="origin">What target and result both come from.</param>
    public static async Task<IntegrationAnswer> MergeAsync(
        AwocPaths paths, string named, byte[] target, byte[] origin, ResultFile result, TimeProvider time, CancellationToken cancellation)
    {
        if (!TextDocument.TryRead(target, named, out var ours, out var fault)
            || !TextDocument.TryRead(origin, $"{named} as it was", out var before, out fault)
            || !TextDocument.TryRead(result.Content, result.Path, out var theirs, out fault))
            return new IntegrationAnswer.Refused(fault);
        switch (await ThreeWay.MergeAsync(paths, Bytes(ours.Text), Like(ours, before), Like(ours, theirs), time, cancellation))
        {
            case Merged.Failed(var why):
                return new IntegrationAnswer.Refused(new DocumentFault(named, null, why));
            case Merged.Conflicted(var conflicts):
                return new IntegrationAnswer.Planned(target, false, conflicts, Quality(ours.Text, ours.Text) with { Conflicts = conflicts.Count }, []);
            case Merged.Clean(var content):
                var text = Encoding.UTF8.GetString(content);
                return text == ours.Text
                    ? new IntegrationAnswer.Planned(target, false, [], Quality(ours.Text, ours.Text), [])
                    : new IntegrationAnswer.Planned(ours.ToBytes(text), true, [], Quality(ours.Text, text), []);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>With the target's line endings: else every line would differ.</summary>
    private static byte[] Like(TextDocument target, TextDocument text) => Bytes(LineEndings.Replace(text.Text, target.LineEnding));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>How many of the lines that were there are there still: unlike a document's, code's may be replaced.</summary>
    private static IntegrationQuality Quality(string before, string after)
    {
        var left = Lines(after).CountBy(line => line, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        var (all, kept) = (0, 0);
        foreach (var line in Lines(before))
        {
            all++;
            if (left.GetValueOrDefault(line) is not (> 0 and var count)) continue;
            kept++;
            left[line] = count - 1;
        }

        return new IntegrationQuality { TargetLines = all, TargetLinesKept = kept };
    }

    private static string[] Lines(string text)
    {
        var all = LineEndings.Replace(text, "\n").Split('\n');
        return all[^1].Length == 0 ? all[..^1] : all;
    }
}
