using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Awoc.Rehearsal.Scenarios;

/// <summary>The fields of one YAML mapping: typed reads that report faults with path and line, unknown fields included.</summary>
internal sealed class YamlFields
{
    private readonly YamlMappingNode _node;
    private readonly string _path;
    private readonly ScenarioReader _reader;
    private readonly Dictionary<string, YamlNode> _fields = new(StringComparer.Ordinal);

    /// <param name="node">The mapping.</param>
    /// <param name="path">Where it stands, empty for the root.</param>
    /// <param name="reader">Takes the faults.</param>
    /// <param name="allowed">Names it may have; none given means any.</param>
    public YamlFields(YamlMappingNode node, string path, ScenarioReader reader, params string[] allowed)
    {
        (_node, _path, _reader) = (node, path, reader);
        foreach (var (key, value) in node.Children)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            if (allowed.Length > 0 && !allowed.Contains(name))
                reader.Fault(key, path, $"unknown field '{name}': {string.Join(", ", allowed)} are allowed");
            else _fields[name] = value;
        }
    }

    public bool Has(string name) => _fields.ContainsKey(name);

    public IEnumerable<(string Name, YamlNode Node)> All() => _fields.Select(f => (f.Key, f.Value));

    public YamlNode? Node(string name) => _fields.GetValueOrDefault(name);

    public string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    public void Fault(string name, string message) => _reader.Fault(_fields.GetValueOrDefault(name) ?? _node, PathOf(name), message);

    public void Fault(string message) => _reader.Fault(_node, _path, message);

    public YamlFields? Mapping(string name, params string[] allowed)
    {
        if (!_fields.TryGetValue(name, out var node)) return null;
        if (node is YamlMappingNode mapping) return new YamlFields(mapping, PathOf(name), _reader, allowed);
        Fault(name, allowed.Length > 0 ? $"expected a mapping with {string.Join(", ", allowed)}" : "expected a mapping");
        return null;
    }

    public YamlFields Child(YamlMappingNode node, string path, params string[] allowed) => new(node, path, _reader, allowed);

    public YamlSequenceNode? Sequence(string name, bool required = false)
    {
        if (!_fields.TryGetValue(name, out var node))
        {
            if (required) Fault(name, "is required");
            return null;
        }

        if (node is YamlSequenceNode sequence) return sequence;
        Fault(name, "expected a list");
        return null;
    }

    public string? Text(string name, bool required = false)
    {
        if (!_fields.TryGetValue(name, out var node))
        {
            if (required) Fault(name, "is required");
            return null;
        }

        if (node is YamlScalarNode scalar) return _reader.Fill(scalar, PathOf(name));
        Fault(name, "expected a plain value");
        return null;
    }

    public string? Choice(string name, params string[] allowed)
    {
        var value = Text(name);
        if (value is null || allowed.Contains(value)) return value;
        Fault(name, $"'{value}' is not one of {string.Join(", ", allowed)}");
        return null;
    }

    public int? Integer(string name, int min, int max, bool required = false)
    {
        var text = Text(name, required);
        if (text is null) return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max) return value;
        Fault(name, $"'{text}' is not a whole number from {min} to {max}");
        return null;
    }

    public double? Share(string name)
    {
        var text = Text(name);
        if (text is null) return null;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 1) return value;
        Fault(name, $"'{text}' is not a share from 0 to 1");
        return null;
    }

    public bool? Boolean(string name) => Choice(name, "true", "false") is { } value ? value == "true" : null;

    public TimeSpan? Duration(string name)
    {
        var text = Text(name);
        if (text is null) return null;
        if (ScenarioReader.Duration(text) is { } value) return value;
        Fault(name, $"'{text}' is not a duration up to 24h, such as 200ms, 5s or 2m");
        return null;
    }

    public string Fill(YamlScalarNode scalar, string path) => _reader.Fill(scalar, path);
}
