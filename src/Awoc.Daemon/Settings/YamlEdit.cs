using YamlDotNet.RepresentationModel;

namespace Awoc.Daemon.Settings;

/// <summary>Changes one value in a YAML text in place: comments, order and spelling of everything else stay as the user wrote them.</summary>
internal static class YamlEdit
{
    public static string Set(SettingsDocument document, string key, string? value)
    {
        var text = document.Text;
        if (document.Values.TryGetValue(key, out var node)) return value is null ? RemoveLine(text, node) : Replace(text, node, value);
        if (value is null) return text;

        // The deepest mapping that is there already takes the new lines at its beginning; without one they go to the end.
        var parts = key.Split('.');
        for (var depth = parts.Length - 1; depth >= 1; depth--)
        {
            if (Find(document.Root, parts[..depth]) is not { Style: not YamlDotNet.Core.Events.MappingStyle.Flow } parent) continue;
            var indent = (int)parent.Start.Column - 1;
            var at = LineStart(text, (int)parent.Start.Index);
            return text[..at] + Lines(parts[depth..], value, indent) + text[at..];
        }

        var separator = text.Length == 0 || text.EndsWith('\n') ? "" : "\n";
        return text + separator + Lines(parts, value, 0);
    }

    private static string Replace(string text, YamlScalarNode node, string value) =>
        text[..(int)node.Start.Index] + Quote(value) + text[(int)node.End.Index..];

    private static string RemoveLine(string text, YamlScalarNode node)
    {
        var begin = LineStart(text, (int)node.Start.Index);
        var end = text.IndexOf('\n', (int)node.End.Index - 1);
        return text[..begin] + (end < 0 ? "" : text[(end + 1)..]);
    }

    private static YamlMappingNode? Find(YamlMappingNode? mapping, IEnumerable<string> path)
    {
        foreach (var part in path)
        {
            mapping = mapping?.FirstOrDefault(c => (c.Key as YamlScalarNode)?.Value == part).Value as YamlMappingNode;
        }

        return mapping;
    }

    private static string Lines(string[] parts, string value, int indent)
    {
        var lines = "";
        for (var i = 0; i < parts.Length; i++)
        {
            var pad = new string(' ', indent + (i * 2));
            lines += i == parts.Length - 1 ? $"{pad}{parts[i]}: {Quote(value)}\n" : $"{pad}{parts[i]}:\n";
        }

        return lines;
    }

    private static int LineStart(string text, int index) => text.LastIndexOf('\n', Math.Max(0, index - 1)) + 1;

    /// <summary>Plain where YAML reads it as the same text, else in double quotes.</summary>
    private static string Quote(string value) =>
        value.Length > 0 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '/' or '_' or '~') && value[0] is not ('-' or '~' or '.')
            ? value
            : $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
