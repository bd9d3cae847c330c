using System.Globalization;
using System.Text;

namespace Awoc.Core.Agents;

/// <summary>
/// Reads string members of a JSON object that was cut off anywhere: the arguments of a tool call that a limit, a kill or a broken
/// stream ended in mid-word. What it gives is always a beginning of what would have come; half a character is left out.
/// </summary>
public static class PartialJson
{
    /// <summary>The string member of the outermost object, as far as it came; null when it had not begun.</summary>
    public static PartialString? Member(ReadOnlySpan<char> json, string name)
    {
        var at = SkipSpace(json, 0);
        if (at >= json.Length || json[at] != '{') return null;
        at++;
        while (true)
        {
            at = SkipSpace(json, at);
            if (at < json.Length && json[at] == ',') at = SkipSpace(json, at + 1);
            if (at >= json.Length || json[at] != '"') return null;
            var key = Text(json, ref at);
            at = SkipSpace(json, at);
            if (!key.IsWhole || at >= json.Length || json[at] != ':') return null;
            at = SkipSpace(json, at + 1);
            if (at >= json.Length) return null;
            if (json[at] != '"')
            {
                at = SkipValue(json, at);
                continue;
            }

            if (key.Value != name)
            {
                _ = Text(json, ref at);
                continue;
            }

            return Text(json, ref at);
        }
    }

    /// <summary>Reads from an opening quote; <paramref name="at"/> ends behind the closing one, or at the end of what there is.</summary>
    private static PartialString Text(ReadOnlySpan<char> json, ref int at)
    {
        var text = new StringBuilder();
        at++;
        while (at < json.Length)
        {
            var c = json[at];
            if (c == '"')
            {
                at++;
                return new PartialString(Sound(text), IsWhole: true);
            }

            if (c != '\\')
            {
                text.Append(c);
                at++;
                continue;
            }

            if (Escaped(json[at..], out var length) is not { } character)
            {
                at = json.Length;
                break;
            }

            text.Append(character);
            at += length;
        }

        return new PartialString(Sound(text), IsWhole: false);
    }

    /// <summary>The character of an escape at the beginning of the span; null when the escape is cut.</summary>
    private static char? Escaped(ReadOnlySpan<char> json, out int length)
    {
        length = 2;
        if (json.Length < 2) return null;
        switch (json[1])
        {
            case 'n': return '\n';
            case 't': return '\t';
            case 'r': return '\r';
            case 'b': return '\b';
            case 'f': return '\f';
            case 'u':
                length = 6;
                if (json.Length < length) return null;
                return ushort.TryParse(json[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) ? (char)code : '\ufffd';
            default: return json[1];
        }
    }

    /// <summary>Without the first half of a pair whose second half did not come: such a text could not be written to a file.</summary>
    private static string Sound(StringBuilder text)
    {
        if (text.Length > 0 && char.IsHighSurrogate(text[^1])) text.Length--;
        return text.ToString();
    }

    private static int SkipSpace(ReadOnlySpan<char> json, int at)
    {
        while (at < json.Length && json[at] is ' ' or '\t' or '\n' or '\r') at++;
        return at;
    }

    /// <summary>Behind a number, a word, an array or an object.</summary>
    private static int SkipValue(ReadOnlySpan<char> json, int at)
    {
        var depth = 0;
        while (at < json.Length)
        {
            switch (json[at])
            {
                case '"':
                    _ = Text(json, ref at);
                    continue;
                case '{' or '[':
                    depth++;
                    break;
                case '}' or ']' when depth == 0:
                    return at;
                case '}' or ']':
                    depth--;
                    if (depth == 0) return at + 1;
                    break;
                case ',' when depth == 0:
                    return at;
            }

            at++;
        }

        return at;
    }
}

/// <param name="IsWhole">Its closing quote was there.</param>
public readonly record struct PartialString(string Value, bool IsWhole);
