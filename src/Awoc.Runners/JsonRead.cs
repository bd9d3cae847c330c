using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Awoc.Runners;

/// <summary>Reads members of an agent's JSON that may be absent, of another kind, or damaged.</summary>
internal static partial class JsonRead
{
    public static string? Text(this JsonElement parent, string name) =>
        parent.Member(name) is { ValueKind: JsonValueKind.String } member ? Decoded(member) : null;

    public static bool True(this JsonElement parent, string name) => parent.Member(name) is { ValueKind: JsonValueKind.True };

    public static long? Whole(this JsonElement parent, string name)
    {
        if (parent.Member(name) is not { ValueKind: JsonValueKind.Number } member) return null;
        if (member.TryGetInt64(out var whole)) return whole;
        return member.TryGetDouble(out var number) && Math.Abs(number) < long.MaxValue / 2d ? (long)number : null;
    }

    public static double? Number(this JsonElement parent, string name) =>
        parent.Member(name) is { ValueKind: JsonValueKind.Number } member && member.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : null;

    public static JsonElement? Member(this JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var member) ? member : null;

    public static IEnumerable<JsonElement> Items(this JsonElement parent, string name) =>
        parent.Member(name) is { ValueKind: JsonValueKind.Array } member ? member.EnumerateArray() : [];

    /// <summary>
    /// The string. A writer in JavaScript that cut its text within a surrogate pair leaves half of it, escaped: that half is
    /// replaced rather than the line lost.
    /// </summary>
    public static string Decoded(JsonElement text)
    {
        try
        {
            return text.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            return Mended(text.GetRawText());
        }
    }

    private static string Mended(string raw)
    {
        var mended = new StringBuilder(raw.Length);
        var at = 0;
        while (at < raw.Length)
        {
            if (raw[at] != '\\')
            {
                mended.Append(raw[at++]);
                continue;
            }

            var pair = SurrogatePair().Match(raw, at);
            if (pair.Success)
            {
                mended.Append(pair.ValueSpan);
                at += pair.Length;
            }
            else if (HalfPair().IsMatch(raw, at))
            {
                mended.Append("\\ufffd");
                at += 6;
            }
            else
            {
                mended.Append(raw, at, Math.Min(2, raw.Length - at));
                at += 2;
            }
        }

        try
        {
            using var document = JsonDocument.Parse(mended.ToString());
            return document.RootElement.GetString() ?? "";
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return raw;
        }
    }

    [GeneratedRegex(@"\G\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")]
    private static partial Regex SurrogatePair();

    [GeneratedRegex(@"\G\\u[dD][89a-fA-F][0-9a-fA-F]{2}")]
    private static partial Regex HalfPair();
}
