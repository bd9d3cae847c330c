using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Awoc.Documents.Contracts.Json;

// References within the document; there are no others.
public sealed partial class SchemaReader
{
    private void Reference(LinedJson schema, int line, LinedJson value, WrittenSchema to, Definition home, bool inPlace)
    {
        if (value.Kind != JsonTokenType.String || !value.Text.StartsWith('#'))
        {
            Fault(line, "$ref", $"\"{Shown(value.Text)}\" leads out of the document, and nothing is fetched: copy the schema into $defs and refer to #/$defs/NAME");
            return;
        }

        if (_isDraft07 && schema.Members.FirstOrDefault(member => member.Name != "$ref" && SchemaKeywords.Enforced.Contains(member.Name)) is { } beside)
        {
            Fault(beside.Line, beside.Name, "beside $ref is ignored in draft-07: put both into allOf, or name draft 2020-12 in $schema");
            return;
        }

        if (Target(value.Text) is not { } target)
        {
            Fault(line, "$ref", $"\"{Shown(value.Text)}\" leads nowhere in this document");
            return;
        }

        // The validator does not follow a reference to a reference.
        var passed = new HashSet<LinedJson>();
        while (target is { IsObject: true } && target["$ref"] is { Kind: JsonTokenType.String } next && !target.Members.Any(IsBesideReference))
        {
            if (!passed.Add(target))
            {
                Fault(line, "$ref", $"\"{Shown(value.Text)}\" leads in a circle");
                return;
            }

            if (Target(next.Text) is not { } further) break;
            target = further;
        }

        var definition = Define(target, line);
        if (inPlace) home.Uses.Add(definition);
        to.All.Add(new JsonObject { ["$ref"] = $"#/definitions/{definition.Name}" });
    }

    private static bool IsBesideReference(LinedJson.Member member) => member.Name != "$ref" && SchemaKeywords.Enforced.Contains(member.Name);

    private Definition Define(LinedJson schema, int line)
    {
        if (_definitions.TryGetValue(schema, out var known)) return known;
        var made = new Definition(string.Create(CultureInfo.InvariantCulture, $"d{_definitions.Count}"), schema, line);
        _definitions.Add(schema, made);
        _unread.Enqueue(made);
        return made;
    }

    // #, #/$defs/a~1b, #/$defs/a%20b
    private LinedJson? Target(string reference)
    {
        if (!reference.StartsWith('#')) return null;
        if (reference.Length == 1) return _root;
        if (reference[1] != '/') return null;
        var at = _root;
        foreach (var part in reference[2..].Split('/'))
        {
            var name = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            var next = at.IsObject
                ? at[name]
                : at.IsArray && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < at.Items.Count ? at.Items[index] : null;
            if (next is null) return null;
            at = next;
        }

        return at;
    }

    /// <summary>A schema that applies itself to the same value again would never be done.</summary>
    private void FindCircles()
    {
        var done = new HashSet<Definition>();
        foreach (var definition in _definitions.Values)
        {
            if (Circles(definition, [], done)) Fault(definition.Line, "$ref", "leads in a circle that never goes a level deeper");
        }
    }

    private static bool Circles(Definition at, HashSet<Definition> way, HashSet<Definition> done)
    {
        if (done.Contains(at)) return false;
        if (!way.Add(at)) return true;
        var circles = at.Uses.Any(next => Circles(next, way, done));
        way.Remove(at);
        if (!circles) done.Add(at);
        return circles;
    }

    /// <summary>A schema that is referred to.</summary>
    private sealed class Definition(string name, LinedJson schema, int line)
    {
        public string Name => name;
        public LinedJson Schema => schema;
        public int Line => line;
        public JsonObject Written { get; set; } = [];

        /// <summary>What it applies to the very value it is applied to.</summary>
        public List<Definition> Uses { get; } = [];
    }
}
