using Awoc.Plans.Yaml;

namespace Awoc.Plans.Batches;

/// <summary>A batch file, read: every task as <c>awoc run</c> would take it.</summary>
/// <param name="Group">The group that the file names for all of them; null for none.</param>
/// <param name="MaxCost">US dollars for all of them together, as written; null for no limit.</param>
public sealed record BatchFile(IReadOnlyList<BatchFileTask> Tasks, string? Group, string? MaxCost)
{
    /// <summary>So many at most go together.</summary>
    public const int MostTasks = 10_000;
}

/// <summary>One task of a batch file.</summary>
/// <param name="At">Where it begins.</param>
/// <param name="Key">How others of the file name it; null where none does.</param>
/// <param name="Values">What has one value, by the flag's name with underscores.</param>
/// <param name="Lists">What has several: <c>context</c>, <c>after</c>, <c>after_any</c>, <c>after_ended</c>.</param>
public sealed record BatchFileTask(
    TextPosition At, string? Key, IReadOnlyDictionary<string, BatchValue> Values, IReadOnlyDictionary<string, IReadOnlyList<BatchValue>> Lists)
{
    public string? Value(string field) => Values.GetValueOrDefault(field)?.Text;

    public IReadOnlyList<string> List(string field) => [.. Lists.GetValueOrDefault(field, []).Select(v => v.Text)];

    /// <summary>Where a field stands, or the task where it does not.</summary>
    public TextPosition PlaceOf(string field) =>
        Values.TryGetValue(field, out var value) ? value.At : Lists.TryGetValue(field, out var list) && list.Count > 0 ? list[0].At : At;
}

/// <summary>A value and where it stands.</summary>
public sealed record BatchValue(string Text, TextPosition At);

/// <summary>What came of reading a batch file.</summary>
/// <param name="File">Null where there are faults.</param>
public sealed record BatchReading(BatchFile? File, IReadOnlyList<PlanFault> Faults);

/// <summary>How a batch file is written.</summary>
public enum BatchFormat
{
    Yaml,
    Json,

    /// <summary>A JSON object in each line.</summary>
    JsonLines,

    /// <summary>A command line in each line.</summary>
    Commands,
}
