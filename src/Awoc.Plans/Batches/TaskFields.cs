using Awoc.Plans.Workflows;
using Awoc.Plans.Workflows.Reading;
using Awoc.Plans.Yaml;

namespace Awoc.Plans.Batches;

/// <summary>The keys of one task, each by its rule.</summary>
internal sealed record TaskFields(Dictionary<string, BatchValue> Values, Dictionary<string, IReadOnlyList<BatchValue>> Lists)
{
    /// <summary>A file's path, or a reference to a task: an id of digits alone reads as a number.</summary>
    private static readonly FieldRule.Text s_item = new(4096);

    /// <param name="owner">What it is, for messages.</param>
    /// <param name="without">Keys that it may not have.</param>
    public static TaskFields? Of(YamlPiece piece, string owner, List<PlanFault> faults, IReadOnlyCollection<string> without)
    {
        if (piece is not YamlPiece.Map map)
        {
            BatchReader.Add(faults, piece.At, $"{owner} takes KEY: VALUE lines{(owner == "a task" ? ", or one command line" : "")}");
            return null;
        }

        var fields = new TaskFields(new(StringComparer.Ordinal), new(StringComparer.Ordinal));
        List<string> known = [.. BatchFields.All.Except(without)];
        foreach (var (name, _, value) in BatchReader.Entries(map, owner, known, faults))
        {
            if (BatchFields.Several.Contains(name)) fields.Lists[name] = [.. Several(value, name, faults)];
            else if (Single(value, name, BatchFields.Single[name], faults) is { } one) fields.Values[name] = one;
        }

        return fields;
    }

    public static BatchValue? Single(YamlPiece piece, string field, FieldRule rule, List<PlanFault> faults)
    {
        if (piece is not YamlPiece.Scalar scalar)
        {
            BatchReader.Add(faults, piece.At, $"{field} takes {rule.Allowed}, not a {(piece is YamlPiece.List ? "list" : "mapping")}");
            return null;
        }

        if (rule.Of(scalar.Value, scalar.Kind) is { } text) return new BatchValue(text, scalar.At);
        var quotes = rule is FieldRule.Text && scalar.Kind is not (ScalarKind.Text or ScalarKind.Nothing) && scalar.Value.Length < 100 ? $": write \"{scalar.Value}\" in quotes" : "";
        var hint = rule is FieldRule.Word words ? FaultList.Hint(scalar.Value, words.Words) : "";
        BatchReader.Add(faults, piece.At, scalar.Kind == ScalarKind.Nothing
            ? $"{field} is empty; it takes {rule.Allowed}"
            : $"{field} is {FaultList.Shown(scalar.Value)}; it takes {rule.Allowed}{quotes}{hint}");
        return null;
    }

    private static IEnumerable<BatchValue> Several(YamlPiece piece, string field, List<PlanFault> faults)
    {
        foreach (var item in piece is YamlPiece.List list ? list.Items : [piece])
        {
            var written = item is YamlPiece.Scalar { Kind: ScalarKind.Whole or ScalarKind.Fraction } number ? number with { Kind = ScalarKind.Text } : item;
            if (Single(written, field, s_item, faults) is not { } one) continue;
            if (!BatchFields.NamesTasks(field))
            {
                yield return one;
                continue;
            }

            foreach (var word in one.Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) yield return one with { Text = word };
        }
    }
}
