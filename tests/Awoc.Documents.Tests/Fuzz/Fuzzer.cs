using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Awoc.Core.Catalog;
using Awoc.Core.Integration;
using Awoc.Core.Tasks;
using Awoc.Documents.Integration;
using Awoc.Documents.Markdown;
using Awoc.Prompts.Catalog;

namespace Awoc.Documents.Tests.Fuzz;

/// <summary>Generated pairs against the laws of integration. A failure says the seed; the same seed makes the same pair.</summary>
internal static class Fuzzer
{
    private static readonly TaskMethod s_method = TaskTypeCatalog.BuiltIn.Find("research")!.Method;

    private static readonly ResultOrigin s_origin = new(
        TaskId.Parse("1763876543-9f86d081884c"), "research", "Title [x] of it", TaskOutcome.Succeeded, DateTimeOffset.UnixEpoch, "out/r.md", "A closing word. More.");

    private static int s_misfits;

    /// <summary>Merges that were refused because they would not have held: odd pairs, and few.</summary>
    public static int Misfits => s_misfits;

    /// <summary>Null where the laws hold; what is broken otherwise, with both texts.</summary>
    public static string? Markdown(int seed)
    {
        var random = new Random(seed);
        var target = new MarkdownMaker(random, null).Make();
        var maker = new MarkdownMaker(random, "uq");
        var result = maker.Make();
        var mode = random.Next(10) switch { 0 => IntegrationMode.Append, 1 => IntegrationMode.Summarize, 2 => IntegrationMode.Reference, _ => IntegrationMode.Merge };
        var request = Request(mode, "t.md", target, result, marks: random.Next(2) == 0);
        try
        {
            if (ResultIntegration.Plan(request) is not IntegrationAnswer.Planned first)
            {
                if (((IntegrationAnswer.Refused)ResultIntegration.Plan(request)).Fault.What.StartsWith("does not fit", StringComparison.Ordinal)) Interlocked.Increment(ref s_misfits);
                return null;
            }

            var before = Read(request.Target!);
            var after = Read(first.Content);
            string? broken = Laws.FirstMissing(before, after) is { } line ? $"line {line + 1} is lost" : null;
            broken ??= LostHeading(before, after);
            broken ??= first.Changed == first.Content.AsSpan().SequenceEqual(request.Target) ? "Changed is wrong" : null;
            // A title that met another is not taken over; what a conflict shows is not lost.
            var titles = MarkdownOutline.TryParse(Read(request.Result), out var source, out _) ? string.Join(' ', source.Sections.Where(s => s.Level == 1).Select(s => s.Name)) : "";
            if (mode == IntegrationMode.Merge) broken ??= maker.Unique.Find(u => !after.Text.Contains(u, StringComparison.Ordinal) && !titles.Contains(u, StringComparison.Ordinal) && !first.Conflicts.Any(c => c.Result.Contains(u, StringComparison.Ordinal))) is { } word ? $"'{word}' of the result is lost" : null;
            if (ResultIntegration.Plan(request with { Target = first.Content }) is not IntegrationAnswer.Planned second) broken ??= "its own outcome is refused";
            else if (second.Changed) broken ??= $"not idempotent:\n{Encoding.UTF8.GetString(second.Content)}\n";
            return broken is null ? null : Told(seed, broken, mode, request.Marks, target, result, after.Text);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return Told(seed, e.ToString(), mode, request.Marks, target, result, "");
        }
    }

    public static string? Json(int seed)
    {
        var random = new Random(seed);
        var array = random.Next(2) == 0;
        var (target, result) = (new JsonMaker(random).Make(array), new JsonMaker(random).Make(array));
        var mode = array && random.Next(3) == 0 ? IntegrationMode.Append : IntegrationMode.Merge;
        var request = Request(mode, "t.json", target, result, marks: true);
        try
        {
            if (ResultIntegration.Plan(request) is not IntegrationAnswer.Planned first) return Told(seed, "refused", mode, false, target, result, "");
            var after = Encoding.UTF8.GetString(first.Content);
            string? broken = IsSubsequence(target, after) ? null : "a character of the target is lost";
            JsonNode.Parse(after);
            broken ??= Holds(JsonNode.Parse(target), JsonNode.Parse(after)) ? null : "a value of the target is changed";
            if (ResultIntegration.Plan(request with { Target = first.Content }) is not IntegrationAnswer.Planned second) broken ??= "its own outcome is refused";
            else if (second.Changed) broken ??= $"not idempotent:\n{Encoding.UTF8.GetString(second.Content)}\n";
            else if (second.Conflicts.Count != first.Conflicts.Count) broken ??= "other conflicts the second time";
            return broken is null ? null : Told(seed, broken, mode, false, target, result, after);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return Told(seed, e.ToString(), mode, false, target, result, "");
        }
    }

    private static IntegrationRequest Request(IntegrationMode mode, string name, string target, string result, bool marks) => new()
    {
        Mode = mode,
        TargetName = name,
        Target = Encoding.UTF8.GetBytes(target),
        ResultName = name,
        Result = Encoding.UTF8.GetBytes(result),
        Origin = s_origin,
        Method = s_method,
        Marks = marks,
        MaxWords = 20,
    };

    private static TextDocument Read(byte[] bytes) => TextDocument.TryRead(bytes, "t.md", out var document, out var fault) ? document : throw new InvalidDataException(fault.ToString());

    /// <summary>What was a heading stays one, at its level and in its order: nothing that was brought in swallows it.</summary>
    private static string? LostHeading(TextDocument before, TextDocument after)
    {
        if (!MarkdownOutline.TryParse(before, out var one, out _) || !MarkdownOutline.TryParse(after, out var other, out _)) return "cannot be read again";
        if (other.Unclosed is { } unclosed) return $"{unclosed}";
        var at = 0;
        foreach (var section in one.Sections)
        {
            while (at < other.Sections.Count && !(other.Sections[at].Name == section.Name && other.Sections[at].Level == section.Level)) at++;
            if (at++ >= other.Sections.Count) return $"heading '{section.Name}' of line {section.Line} is lost";
        }

        return null;
    }

    private static bool IsSubsequence(string before, string after)
    {
        var at = 0;
        foreach (var c in after)
        {
            if (at < before.Length && before[at] == c) at++;
        }

        return at == before.Length;
    }

    private static bool Holds(JsonNode? before, JsonNode? after) => (before, after) switch
    {
        (JsonObject one, JsonObject other) => one.All(m => other.ContainsKey(m.Key) && Holds(m.Value, other[m.Key])),
        (JsonArray one, JsonArray other) => one.Count <= other.Count && one.Select((e, i) => Holds(e, other[i])).All(h => h),
        (null, null) => true,
        (JsonValue one, JsonValue other) => one.ToJsonString() == other.ToJsonString(),
        _ => false,
    };

    private static string Told(int seed, string broken, IntegrationMode mode, bool marks, string target, string result, string after) =>
        $"seed {seed}, {mode}, marks {marks}: {broken}\n=== target\n{Shown(target)}\n=== result\n{Shown(result)}\n=== after\n{Shown(after)}\n";

    private static string Shown(string text) => text.Replace("\r", "\\r", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal);
}
