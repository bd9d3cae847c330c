using System.Globalization;
using System.Text.Json;

namespace Awoc.Rehearsal.Messages;

/// <summary>The rules for a request's <c>cache_control</c> marks, in the API's words.</summary>
internal static class CacheMarks
{
    private const int Most = 4;

    /// <summary>What is wrong with them; null when nothing is.</summary>
    public static string? FaultIn(JsonElement root)
    {
        var (count, shorter) = (0, false);
        foreach (var (where, mark) in All(root))
        {
            if (mark.ValueKind == JsonValueKind.Null) continue;
            if (mark.ValueKind != JsonValueKind.Object || !Is(mark, "type", "ephemeral"))
                return $"{where}.cache_control: Input tag does not match any of the expected tags: 'ephemeral'";
            var isLong = Is(mark, "ttl", "1h");
            if (!isLong && mark.TryGetProperty("ttl", out _) && !Is(mark, "ttl", "5m"))
                return $"{where}.cache_control.ephemeral.ttl: Input should be '5m' or '1h'";
            if (isLong && shorter)
            {
                return $"{where}.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. "
                    + "Note that blocks are processed in the following order: `tools`, `system`, `messages`.";
            }

            shorter |= !isLong;
            count++;
        }

        return count > Most ? string.Create(CultureInfo.InvariantCulture, $"A maximum of {Most} blocks with cache_control may be provided. Found {count}.") : null;
    }

    private static IEnumerable<(string Where, JsonElement Mark)> All(JsonElement root)
    {
        foreach (var mark in In(root, "tools", "tools")) yield return mark;
        foreach (var mark in In(root, "system", "system")) yield return mark;
        if (root.TryGetProperty("messages", out var messages) && messages.ValueKind == JsonValueKind.Array)
        {
            var number = 0;
            foreach (var message in messages.EnumerateArray())
            {
                foreach (var mark in In(message, "content", $"messages.{number.ToString(CultureInfo.InvariantCulture)}.content")) yield return mark;
                number++;
            }
        }

        if (root.TryGetProperty("cache_control", out var own)) yield return ("request", own);
    }

    private static IEnumerable<(string Where, JsonElement Mark)> In(JsonElement owner, string name, string at)
    {
        if (owner.ValueKind != JsonValueKind.Object || !owner.TryGetProperty(name, out var blocks) || blocks.ValueKind != JsonValueKind.Array) yield break;
        var number = 0;
        foreach (var block in blocks.EnumerateArray())
        {
            if (block.ValueKind == JsonValueKind.Object && block.TryGetProperty("cache_control", out var mark))
                yield return ($"{at}.{number.ToString(CultureInfo.InvariantCulture)}", mark);
            number++;
        }
    }

    private static bool Is(JsonElement mark, string name, string value) =>
        mark.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String && text.ValueEquals(value);
}
