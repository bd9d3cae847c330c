using System.Globalization;
using Awoc.Engine.Settings;
using Awoc.Prompts;
using Awoc.Prompts.Catalog;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Awoc.Daemon.Settings;

/// <summary>One settings file: dotted names to values, each checked. Read through YamlDotNet's node model, which needs no reflection.</summary>
internal sealed class SettingsDocument
{
    private const string TypesKey = "types";
    private const int MaxBytes = 1024 * 1024;

    private SettingsDocument(string path, string text, IReadOnlyDictionary<string, YamlScalarNode> values, YamlMappingNode? root) =>
        (Path, Text, Values, Root) = (path, text, values, root);

    public string Path { get; }
    public string Text { get; }
    public IReadOnlyDictionary<string, YamlScalarNode> Values { get; }
    public YamlMappingNode? Root { get; }

    /// <summary>Task types of the user's own. A faulty one stands in the way of nothing else, so they are read when they are asked for.</summary>
    public IReadOnlyList<TypeSource> Types { get; private init; } = [];

    /// <exception cref="SettingsException">It is no YAML, or has keys or values that do not exist: all of them, with their lines.</exception>
    public static SettingsDocument Read(string path, bool isProject)
    {
        if (Directory.Exists(path)) throw new SettingsException($"{path} is a directory, not a settings file; move it away");
        if (new FileInfo(path) is { Exists: true, Length: > MaxBytes })
            throw new SettingsException($"{path} is larger than {MaxBytes / 1024} KiB, which is no settings file; mend it, or move it away");
        return Parse(path, File.Exists(path) ? File.ReadAllText(path) : "", isProject);
    }

    /// <inheritdoc cref="Read"/>
    public static SettingsDocument Parse(string path, string text, bool isProject)
    {
        var values = new Dictionary<string, YamlScalarNode>();
        List<string> faults = [];
        YamlMappingNode? root = null;
        List<TypeSource> types = [];
        try
        {
            var stream = BoundedYaml.Load(text);
            if (stream.Documents is [{ RootNode: YamlMappingNode mapping }, ..]) Collect(root = mapping, "", values, faults);
            else if (stream.Documents is [{ RootNode: { } other }, ..] && other is not YamlScalarNode { Value: null or "" })
                faults.Add($"line {other.Start.Line}: expected KEY: VALUE lines");
        }
        catch (YamlException broken)
        {
            throw new SettingsException($"{path}, line {broken.Start.Line}: no YAML ({broken.Message}); mend it, or move it away");
        }

        if (root is not null && root.Children.TryGetValue(new YamlScalarNode(TypesKey), out var listed))
        {
            if (isProject) faults.Add($"line {listed.Start.Line}: task types of a project go into .awoc/types/NAME.md (awoc types new NAME)");
            else if (listed is YamlMappingNode map) types.AddRange(map.Select(t => TypeSource.Settings((t.Key as YamlScalarNode)?.Value ?? "", path, t.Value)));
            else if (listed is not YamlScalarNode { Value: null or "" }) faults.Add($"line {listed.Start.Line}: '{TypesKey}' takes NAME: lines with a type's fields below each");
        }

        foreach (var (key, value) in values)
        {
            var line = value.Start.Line.ToString(CultureInfo.InvariantCulture);
            if (SettingKeys.Find(key) is not { } known) faults.Add($"line {line}: there is no setting '{key}'; {SettingKeys.Instead(key)}");
            else if (isProject && !known.InProject) faults.Add($"line {line}: '{key}' may only be set in the user's own file");
            else if (known.Fault(key, value.Value ?? "") is { } takes) faults.Add($"line {line}: {key} is '{value.Value}'; it takes {takes}");
        }

        return faults.Count == 0
            ? new SettingsDocument(path, text, values, root) { Types = types }
            : throw new SettingsException($"{path}: {string.Join("; ", faults)}");
    }

    private static void Collect(YamlMappingNode mapping, string prefix, Dictionary<string, YamlScalarNode> values, List<string> faults)
    {
        foreach (var (name, node) in mapping)
        {
            var key = prefix + (name as YamlScalarNode)?.Value;
            if (key == TypesKey) continue;
            switch (node)
            {
                // "agents:" with nothing below it, as an editor or an unset leaves it.
                case YamlScalarNode { Value: null or "", Style: YamlDotNet.Core.ScalarStyle.Plain } when SettingKeys.IsPrefix(key):
                    break;
                case YamlScalarNode scalar:
                    values[key] = scalar;
                    break;
                case YamlMappingNode inner:
                    Collect(inner, key + ".", values, faults);
                    break;
                default:
                    faults.Add($"line {node.Start.Line}: '{key}' takes one value, not a list");
                    break;
            }
        }
    }
}
