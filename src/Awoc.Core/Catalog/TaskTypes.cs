using System.Collections.Frozen;
using System.Collections.Immutable;
using Awoc.Core.Agents;

namespace Awoc.Core.Catalog;

/// <summary>The catalog of task types.</summary>
public static class TaskTypes
{
    public const string CustomName = "custom";

    /// <summary>A longer word is shown cut: a ten-megabyte description must not come back whole in an error.</summary>
    private const int ShownLength = 60;

    /// <summary>Edits up to which a name counts as a slip of the hand.</summary>
    private const int SlipDistance = 2;

    /// <summary>The twenty types of the seed (the sixteen it lists and the four of its examples), and <c>custom</c>.</summary>
    public static ImmutableArray<TaskType> All { get; } = SeedCatalog.Types;

    private static readonly FrozenDictionary<string, TaskType> s_byName =
        All.ToFrozenDictionary(t => t.Name, StringComparer.OrdinalIgnoreCase);

    public static TaskType Custom { get; } = s_byName[CustomName];

    /// <summary>The type of that name, in any case; null when there is none.</summary>
    public static TaskType? Find(string name) => s_byName.GetValueOrDefault(name.Trim());

    /// <summary>The names that the text may have meant, nearest first, at most three; empty when nothing is near.</summary>
    public static ImmutableArray<string> Nearest(string name)
    {
        var text = name.Trim().ToLowerInvariant();
        if (text.Length is 0 or > ShownLength) return [];
        return
        [
            .. All
                .Select(t => (t.Name, Distance: EditDistance.Between(text, t.Name), Length: Math.Max(text.Length, t.Name.Length)))
                .Where(c => c.Distance * 2 <= c.Length)
                .OrderBy(c => c.Distance).ThenBy(c => c.Name, StringComparer.Ordinal)
                .Select(c => c.Name)
                .Take(3),
        ];
    }

    /// <summary>
    /// Reads the first argument of a launch: <c>TYPE</c>, <c>TYPE:DESCRIPTION</c>, or free text. Text with white space and
    /// no known type before a colon is a custom task, except where the word before the colon is a type's name with a slip
    /// of the hand in it (<c>reserch:Stripe payment</c>): that is asked back rather than paid for.
    /// </summary>
    public static TaskRequest ParseTask(string text)
    {
        var trimmed = text.Trim();
        if (trimmed.Length == 0) return new TaskRequest.Invalid(new SpecFault("TYPE", "", $"a task type ({Names}) or a description"));

        var colon = trimmed.IndexOf(':', StringComparison.Ordinal);
        var head = (colon < 0 ? trimmed : trimmed[..colon]).TrimEnd();
        if (Find(head) is { } type)
        {
            var description = colon < 0 ? "" : trimmed[(colon + 1)..].Trim();
            return type.Family == TaskFamily.Custom && description.Length == 0
                ? new TaskRequest.Invalid(new SpecFault("TYPE", head, "custom:TEXT, where TEXT says what is to be done"))
                : new TaskRequest.Valid(type, description);
        }

        return IsFreeText(trimmed, head, colon)
            ? new TaskRequest.Valid(Custom, trimmed)
            : new TaskRequest.Invalid(UnknownType(head));
    }

    /// <summary>The fault of a type that is not in the catalog.</summary>
    public static SpecFault UnknownType(string name)
    {
        var nearest = Nearest(name);
        var allowed = nearest.IsEmpty ? Names : $"did you mean {string.Join(" or ", nearest)}? All types: {Names}";
        return new SpecFault("TYPE", Shown(name), allowed);
    }

    private static string Names { get; } = string.Join(", ", All.Select(t => t.Name));

    private static bool IsFreeText(string text, string head, int colon)
    {
        if (!text.Any(char.IsWhiteSpace)) return false;
        if (colon < 0 || head.Length == 0 || head.Length > ShownLength || head.Any(char.IsWhiteSpace)) return true;
        var word = head.ToLowerInvariant();
        return !All.Any(t => EditDistance.Between(word, t.Name) <= SlipDistance && word.Length > SlipDistance * 2);
    }

    private static string Shown(string text)
    {
        var line = new string([.. text.Take(ShownLength).Select(c => char.IsControl(c) ? ' ' : c)]);
        return text.Length > ShownLength ? line + "…" : line;
    }
}
