using YamlDotNet.RepresentationModel;

namespace Awoc.Daemon.Settings;

/// <summary>Changes one value in a YAML text in place: comments, order and spelling of everything else stay as the user wrote them.</summary>
internal static class YamlEdit
{
    public static string Set(SettingsDocument document, string key, string? value)
    {
        var text = document.Text;
        if (document.Values.TryGetValue(key, out var node)) return value is null ? Remove(document, key) : Replace(text, node, value);
        if (value is null) return text;

        // The deepest mapping that is there already takes the new lines at its beginning; without one they go to the end.
        var parts = key.Split('.');
        for (var depth = parts.Length - 1; depth >= 0; depth--)
        {
            if (Find(document.Root, parts[..depth]) is { } parent)
            {
                if (parent.Style == YamlDotNet.Core.Events.MappingStyle.Flow) return IntoFlow(text, parent, parts[depth..], value);
                if (depth == 0) break;
                var at = LineStart(text, (int)parent.Start.Index);
                return text[..at] + Lines(parts[depth..], value, (int)parent.Start.Column - 1) + text[at..];
            }

            // "agents:" with nothing below it: the new lines are its first.
            if (depth > 0 && Find(document.Root, parts[..(depth - 1)])?.FirstOrDefault(c => (c.Key as YamlScalarNode)?.Value == parts[depth - 1]).Key is { } empty)
                return Below(text, empty, parts[depth..], value);
        }

        var separator = text.Length == 0 || text.EndsWith('\n') ? "" : "\n";
        return text + separator + Lines(parts, value, 0);
    }

    private static string Below(string text, YamlNode empty, string[] parts, string value)
    {
        var end = text.IndexOf('\n', (int)empty.End.Index);
        var before = end < 0 ? text + "\n" : text[..(end + 1)];
        return before + Lines(parts, value, (int)empty.Start.Column + 1) + (end < 0 ? "" : text[(end + 1)..]);
    }

    /// <summary><c>{path: x}</c> becomes <c>{tools: "y", path: x}</c>.</summary>
    private static string IntoFlow(string text, YamlMappingNode parent, string[] parts, string value)
    {
        var entry = Quote(value);
        for (var i = parts.Length - 1; i >= 0; i--) entry = i == 0 ? $"{parts[i]}: {entry}" : $"{{{parts[i]}: {entry}}}";
        var at = (int)parent.Start.Index + 1;
        return text[..at] + entry + (parent.Children.Count == 0 ? "" : ", ") + text[at..];
    }

    private static string Replace(string text, YamlScalarNode node, string value) =>
        text[..(int)node.Start.Index] + Quote(value) + text[(int)node.End.Index..];

    private static string Remove(SettingsDocument document, string key)
    {
        var text = document.Text;
        var parts = key.Split('.');
        var parent = Find(document.Root, parts[..^1])!;
        var (name, node) = parent.First(c => (c.Key as YamlScalarNode)?.Value == parts[^1]);
        if (parent.Style == YamlDotNet.Core.Events.MappingStyle.Flow) return OutOfFlow(text, parent, name, node);
        var begin = LineStart(text, (int)name.Start.Index);
        var end = text.IndexOf('\n', Math.Max((int)name.End.Index, (int)node.End.Index - 1));
        return text[..begin] + (end < 0 ? "" : text[(end + 1)..]);
    }

    private static string OutOfFlow(string text, YamlMappingNode parent, YamlNode name, YamlNode node)
    {
        var entries = parent.Select(c => c.Key).ToList();
        var index = entries.IndexOf(name);
        // With the comma after it; of the last one, with the comma before it.
        if (index + 1 < entries.Count) return text[..(int)name.Start.Index] + text[(int)entries[index + 1].Start.Index..];
        var begin = index == 0 ? (int)name.Start.Index : (int)parent.Children[entries[index - 1]].End.Index;
        return text[..begin] + text[(int)node.End.Index..];
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
            : $"\"{string.Concat(value.Select(Escape))}\"";

    private static string Escape(char c) => c switch
    {
        '\\' => "\\\\",
        '"' => "\\\"",
        '\n' => "\\n",
        '\t' => "\\t",
        _ when char.IsControl(c) => $"\\u{(int)c:x4}",
        _ => c.ToString(),
    };
}
