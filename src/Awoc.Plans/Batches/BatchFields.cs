using System.Collections.Immutable;
using Awoc.Core.Tasks;
using Awoc.Plans.Workflows;

namespace Awoc.Plans.Batches;

/// <summary>Every key that a task of a batch file may have: the flags of <c>awoc run</c>, with underscores or dashes.</summary>
internal static class BatchFields
{
    public const string KeyField = "key";

    private const int LongestWord = 256;

    private static readonly FieldRule.Text s_words = new(LongestWord);

    /// <summary>What has one value.</summary>
    public static ImmutableDictionary<string, FieldRule> Single { get; } = WorkflowFields.Shared.Concat(WorkflowFields.Own).ToDictionary(f => f.Name, f => f.Rule)
        .Concat(
        [
            new(KeyField, WorkflowFields.Key),
            new("name", s_words),
            new("group", s_words),
            new("on_unmet", new FieldRule.Word([.. SnakeCase.All<OnUnmet>()])),
            new("at", s_words),
            new("in", new FieldRule.Time()),
            new("cron", s_words),
            new("zone", s_words),
        ])
        .GroupBy(f => f.Key).ToImmutableDictionary(f => f.Key, f => f.First().Value, StringComparer.Ordinal);

    /// <summary>What has several, or one.</summary>
    public static ImmutableArray<string> Several { get; } = ["context", "after", "after_any", "after_ended"];

    /// <summary>Of the several, those that name tasks: they may stand in one text with commas.</summary>
    public static bool NamesTasks(string field) => field != "context";

    /// <summary>What <c>defaults</c> may not say for all tasks: it belongs to one.</summary>
    public static ImmutableArray<string> OwnAlone { get; } = [KeyField, "name", "output", "description"];

    public static IEnumerable<string> All => Single.Keys.Concat(Several);

    /// <summary>The keys of the file itself, where it is a mapping.</summary>
    public static ImmutableArray<string> Root { get; } = ["tasks", "defaults", "group", "max_cost"];

    public static string Canonical(string name) => name.Replace('-', '_');
}
