using System.Text;
using Awoc.Documents.Merging;

namespace Awoc.Documents.Json;

/// <summary>Brings one JSON value into another: objects by key, arrays of objects by a field that names them, other arrays as sets.</summary>
internal sealed class JsonMerger(JsonText target, JsonText result, JsonInsertions edits, MergeTally tally)
{
    /// <summary>Where the two say different things, the target's stays and the place is a conflict.</summary>
    public void Merge(JsonNode into, JsonNode from, string pointer = "")
    {
        if (into.Kind == JsonKind.Object && from.Kind == JsonKind.Object)
        {
            MergeObjects(into, from, pointer);
        }
        else if (into.Kind == JsonKind.Array && from.Kind == JsonKind.Array)
        {
            MergeArrays(into, from, pointer);
        }
        else if (JsonKeys.Of(into) == JsonKeys.Of(from))
        {
            tally.Duplicates++;
        }
        else
        {
            tally.Conflict(
                pointer.Length == 0 ? "/" : pointer, target.Line(into.Start), Encoding.UTF8.GetString(target.Raw(into)), Encoding.UTF8.GetString(result.Raw(from)));
        }
    }

    /// <summary>The elements that the array lacks, to its end.</summary>
    public void Append(JsonNode array, IReadOnlyList<JsonNode> elements)
    {
        var known = array.Elements.Select(JsonKeys.Of).ToHashSet(StringComparer.Ordinal);
        List<JsonNode> news = [];
        foreach (var element in elements)
        {
            if (known.Add(JsonKeys.Of(element))) news.Add(element);
            else tally.Duplicates++;
        }

        edits.Add(array, [], news);
    }

    private void MergeObjects(JsonNode into, JsonNode from, string pointer)
    {
        var own = into.Members.ToDictionary(m => m.Name, m => m.Value, StringComparer.Ordinal);
        List<JsonMember> news = [];
        foreach (var member in from.Members)
        {
            if (own.TryGetValue(member.Name, out var value)) Merge(value, member.Value, $"{pointer}/{Escaped(member.Name)}");
            else news.Add(member);
        }

        edits.Add(into, news, []);
    }

    private void MergeArrays(JsonNode into, JsonNode from, string pointer)
    {
        if (from.Elements.Count == 0) return;
        if (JsonKeys.Field(into, from) is not { } field)
        {
            Append(into, from.Elements);
            return;
        }

        var own = into.Elements.Select((e, i) => (Key: JsonKeys.Of(e.Find(field)!), Element: e, Index: i)).ToDictionary(e => e.Key, StringComparer.Ordinal);
        List<JsonNode> news = [];
        foreach (var element in from.Elements)
        {
            if (own.TryGetValue(JsonKeys.Of(element.Find(field)!), out var there)) Merge(there.Element, element, $"{pointer}/{there.Index}");
            else news.Add(element);
        }

        edits.Add(into, [], news);
    }

    /// <summary>As a JSON pointer has it.</summary>
    private static string Escaped(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
