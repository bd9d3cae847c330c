using Awoc.Plans.Yaml;

namespace Awoc.Plans.Workflows.Reading;

/// <summary>Reads mappings, lists and scalars of a file, and notes what is wrong with each.</summary>
internal sealed class MapReader(FaultList faults)
{
    /// <summary>Longer lists of keys are looked up in the documentation.</summary>
    private const int MostNamed = 12;

    /// <summary>The entries of a mapping by their keys, unknown and repeated ones noted and left out.</summary>
    /// <param name="owner">What the mapping is, for messages: <c>a task</c>.</param>
    /// <param name="known">Every key that it may have; null for any.</param>
    public IReadOnlyList<(string Name, YamlPiece.Scalar Key, YamlPiece Value)> Entries(YamlPiece piece, string owner, IReadOnlyList<string>? known)
    {
        if (piece is not YamlPiece.Map map)
        {
            faults.Add(piece, known is null or { Count: > MostNamed } ? $"{owner} takes KEY: VALUE lines" : $"{owner} takes KEY: VALUE lines: {string.Join(", ", known)}");
            return [];
        }

        List<(string, YamlPiece.Scalar, YamlPiece)> entries = [];
        Dictionary<string, TextPosition> seen = new(StringComparer.Ordinal);
        foreach (var (key, value) in map.Entries)
        {
            if (key is not YamlPiece.Scalar { Value: var name } scalar)
            {
                faults.Add(key, $"a key of {owner} is a word, not a list or a mapping");
                continue;
            }

            if (known?.Contains(name, StringComparer.Ordinal) == false)
            {
                var hint = FaultList.Hint(name, known);
                faults.Add(key, $"{owner} has no {FaultList.Shown(name)}{(hint.Length > 0 ? hint : $"; it has {string.Join(", ", known)}")}");
                continue;
            }

            if (seen.TryGetValue(name, out var first))
            {
                faults.Add(key, $"{FaultList.Shown(name)} stands here twice: the first is in line {first.Line}");
                continue;
            }

            seen[name] = key.At;
            entries.Add((name, scalar, value));
        }

        return entries;
    }

    /// <summary>A value by its rule; null when it is none, which is noted.</summary>
    /// <param name="templates">It may have <c>${inputs.NAME}</c> in it.</param>
    public WorkflowValue? Value(YamlPiece piece, string field, FieldRule rule, bool templates)
    {
        if (piece is not YamlPiece.Scalar scalar)
        {
            faults.Add(piece, $"{field} takes {rule.Allowed}, not a {(piece is YamlPiece.List ? "list" : "mapping")}");
            return null;
        }

        if (templates && scalar.Kind == ScalarKind.Text && Template.In(scalar.Value).Any(t => t is Template.Input)) return new WorkflowValue(scalar.Value, scalar);
        if (rule.Of(scalar.Value, scalar.Kind) is { } text) return new WorkflowValue(text, scalar);
        var quotes = rule is FieldRule.Text && scalar.Kind is not (ScalarKind.Text or ScalarKind.Nothing) && scalar.Value.Length < 100 ? $": write \"{scalar.Value}\" in quotes" : "";
        var hint = rule is FieldRule.Word words ? FaultList.Hint(scalar.Value, words.Words) : "";
        faults.Add(piece, scalar.Kind == ScalarKind.Nothing
            ? $"{field} is empty; it takes {rule.Allowed}"
            : $"{field} is {FaultList.Shown(scalar.Value)}; it takes {rule.Allowed}{quotes}{hint}");
        return null;
    }

    /// <summary>One value, or a list of them.</summary>
    public IReadOnlyList<WorkflowValue> Values(YamlPiece piece, string field, FieldRule rule, bool templates)
    {
        if (piece is not YamlPiece.List list) return Value(piece, field, rule, templates) is { } one ? [one] : [];
        return [.. list.Items.Select(item => Value(item, field, rule, templates)).OfType<WorkflowValue>()];
    }
}
