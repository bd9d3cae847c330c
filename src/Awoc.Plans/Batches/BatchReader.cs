using System.Text.RegularExpressions;
using Awoc.Plans.Workflows;
using Awoc.Plans.Workflows.Reading;
using Awoc.Plans.Yaml;

namespace Awoc.Plans.Batches;

/// <summary>Reads batch files of every format. Never throws, whatever the text is; every fault has its line and column.</summary>
public static partial class BatchReader
{
    /// <summary>In UTF-16 units.</summary>
    public const int LongestText = 16 * 1024 * 1024;

    /// <summary>Values of all tasks together, keys included.</summary>
    private const int MostNodes = 1_000_000;

    /// <summary>A file with more faults than these is another kind of file.</summary>
    private const int MostFaults = 100;

    /// <param name="name">The file's: its ending says how it is written, and where it does not, its text does.</param>
    public static BatchReading Read(string text, string name)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.TrimStart('\uFEFF');
        if (text.Length > LongestText) return new BatchReading(null, [new PlanFault(1, 1, $"the file has more than {LongestText / 1024 / 1024} MiB of text")]);
        var faults = new List<PlanFault>();
        var file = FormatOf(text, name) switch
        {
            BatchFormat.Yaml => OfYaml(text, faults),
            BatchFormat.Json => OfJson(text, faults),
            BatchFormat.JsonLines => OfJsonLines(text, faults),
            _ => OfCommands(text, faults),
        };
        if (faults.Count == 0 && file.Tasks.Count == 0) faults.Add(new PlanFault(1, 1, "the file names no task"));
        if (file.Tasks.Count > BatchFile.MostTasks)
        {
            var first = file.Tasks[BatchFile.MostTasks].At;
            faults.Add(new PlanFault(first.Line, first.Column, $"there are {file.Tasks.Count} tasks, and at most {BatchFile.MostTasks} go together: put the rest into another file"));
        }

        if (faults.Count == 0) return new BatchReading(file, []);
        List<PlanFault> sorted = [.. faults.Distinct().OrderBy(f => f.Line).ThenBy(f => f.Column)];
        return new BatchReading(
            null,
            sorted.Count <= MostFaults ? sorted : [.. sorted.Take(MostFaults), sorted[MostFaults] with { What = $"and {sorted.Count - MostFaults} more faults from here on" }]);
    }

    public static BatchFormat FormatOf(string text, string name)
    {
        switch (Path.GetExtension(name).ToUpperInvariant())
        {
            case ".YAML" or ".YML":
                return BatchFormat.Yaml;
            case ".JSON":
                return BatchFormat.Json;
            case ".JSONL" or ".NDJSON":
                return BatchFormat.JsonLines;
        }

        var begin = text.AsSpan().TrimStart();
        if (begin.StartsWith("[")) return BatchFormat.Json;
        if (begin.StartsWith("{")) return begin[..(begin.IndexOf('\n') is >= 0 and var end ? end : begin.Length)].TrimEnd() is [.., '}'] line && line.Length < begin.TrimEnd().Length ? BatchFormat.JsonLines : BatchFormat.Json;
        return LooksLikeYaml().IsMatch(text) ? BatchFormat.Yaml : BatchFormat.Commands;
    }

    private static BatchFile OfYaml(string text, List<PlanFault> faults)
    {
        var source = YamlSource.Read(text, LongestText, MostNodes);
        if (source.Root is { } root) return OfRoot(root, faults);
        faults.Add(source.Fault!);
        return new BatchFile([], null, null);
    }

    private static BatchFile OfJson(string text, List<PlanFault> faults)
    {
        var nodes = MostNodes;
        var (root, fault) = JsonSource.Read(text, 1, ref nodes);
        if (root is not null) return OfRoot(root, faults);
        faults.Add(fault!);
        return new BatchFile([], null, null);
    }

    private static BatchFile OfJsonLines(string text, List<PlanFault> faults)
    {
        List<BatchFileTask> tasks = [];
        var nodes = MostNodes;
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            if (line.IsWhiteSpace()) continue;
            var (root, fault) = JsonSource.Read(line.ToString(), number, ref nodes);
            if (fault is not null) faults.Add(fault);
            else if (OfPiece(root!, null, null, faults) is { } task) tasks.Add(task);
        }

        return new BatchFile(tasks, null, null);
    }

    private static BatchFile OfCommands(string text, List<PlanFault> faults)
    {
        List<BatchFileTask> tasks = [];
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            if (line.IsWhiteSpace() || line.TrimStart().StartsWith("#")) continue;
            if (CommandLineTask.Read(line.ToString(), new TextPosition(number, 1), faults) is { } task) tasks.Add(task);
        }

        return new BatchFile(tasks, null, null);
    }

    private static BatchFile OfRoot(YamlPiece root, List<PlanFault> faults)
    {
        YamlPiece? list = root;
        TaskFields? defaults = null;
        string? group = null, maxCost = null;
        if (root is YamlPiece.Map map)
        {
            list = null;
            foreach (var (name, key, value) in Entries(map, "the file", BatchFields.Root, faults))
            {
                switch (name)
                {
                    case "tasks":
                        list = value;
                        break;
                    case "defaults":
                        defaults = TaskFields.Of(value, "defaults", faults, without: BatchFields.OwnAlone);
                        break;
                    case "group":
                        group = TaskFields.Single(value, name, BatchFields.Single["group"], faults)?.Text;
                        break;
                    default:
                        maxCost = TaskFields.Single(value, name, new FieldRule.Money(), faults)?.Text;
                        break;
                }
            }

            if (list is null && faults.Count == 0) Add(faults, root.At, "the file has no 'tasks'");
        }

        List<BatchFileTask> tasks = [];
        switch (list)
        {
            case YamlPiece.List items:
                foreach (var item in items.Items)
                {
                    if (OfPiece(item, null, defaults, faults) is { } task) tasks.Add(task);
                }

                break;
            case YamlPiece.Map keyed:
                foreach (var (name, key, value) in Entries(keyed, "'tasks'", null, faults))
                {
                    if (BatchFields.Single[BatchFields.KeyField].OfText(name) is null) Add(faults, key.At, $"a task's key is {FaultList.Shown(name)}; it takes {WorkflowFields.KeyAllowed}");
                    else if (OfPiece(value, new BatchValue(name, key.At), defaults, faults) is { } task) tasks.Add(task);
                }

                break;
            case { } other:
                Add(faults, other.At, "a list of tasks, or a mapping of them by their keys");
                break;
        }

        return new BatchFile(tasks, group, maxCost);
    }

    private static BatchFileTask? OfPiece(YamlPiece piece, BatchValue? key, TaskFields? defaults, List<PlanFault> faults)
    {
        if (piece is YamlPiece.Scalar { Kind: ScalarKind.Text } line)
            return CommandLineTask.Read(line.Value, line.At, faults) is { } task ? (key is null ? task : task with { Key = key.Text }).WithDefaults(defaults) : null;
        var fields = TaskFields.Of(piece, "a task", faults, without: []);
        if (fields is null) return null;
        if (key is not null && fields.Values.TryGetValue(BatchFields.KeyField, out var second))
            Add(faults, second.At, $"the task has its key already: {key.Text}");
        var made = new BatchFileTask(piece.At, key?.Text ?? fields.Values.GetValueOrDefault(BatchFields.KeyField)?.Text, fields.Values, fields.Lists).WithDefaults(defaults);
        if (made.Value("type") is not null || made.Value("description") is not null) return made;
        Add(faults, piece.At, "the task says not what is to be done: give it a 'type', a 'description' or both");
        return null;
    }

    private static BatchFileTask WithDefaults(this BatchFileTask task, TaskFields? defaults)
    {
        if (defaults is null) return task;
        var values = new Dictionary<string, BatchValue>(defaults.Values);
        foreach (var (name, value) in task.Values) values[name] = value;
        var lists = new Dictionary<string, IReadOnlyList<BatchValue>>(defaults.Lists);
        foreach (var (name, list) in task.Lists) lists[name] = list;
        return task with { Values = values, Lists = lists };
    }

    /// <summary>The entries of a mapping by their keys; unknown and repeated ones are noted and left out.</summary>
    internal static IEnumerable<(string Name, YamlPiece Key, YamlPiece Value)> Entries(YamlPiece.Map map, string owner, IReadOnlyCollection<string>? known, List<PlanFault> faults)
    {
        Dictionary<string, TextPosition> seen = new(StringComparer.Ordinal);
        foreach (var (key, value) in map.Entries)
        {
            if (key is not YamlPiece.Scalar { Value: var written })
            {
                Add(faults, key.At, $"a key of {owner} is a word, not a list or a mapping");
                continue;
            }

            var name = known is null ? written : BatchFields.Canonical(written);
            if (known?.Contains(name) == false)
            {
                var hint = FaultList.Hint(name, known);
                Add(faults, key.At, $"{owner} has no {FaultList.Shown(written)}{(hint.Length > 0 ? hint : $"; it has {string.Join(", ", known.Order())}")}");
            }
            else if (!seen.TryAdd(name, key.At))
            {
                Add(faults, key.At, $"{FaultList.Shown(written)} stands here twice: the first is in line {seen[name].Line}");
            }
            else
            {
                yield return (name, key, value);
            }
        }
    }

    internal static void Add(List<PlanFault> faults, TextPosition at, string what) => faults.Add(new PlanFault(Math.Max(1, at.Line), Math.Max(1, at.Column), what));

    /// <summary>A document's start, an item, or one of the keys of a file.</summary>
    [GeneratedRegex(@"^(?:---|- |-\r?$|(?:tasks|defaults|group|max_cost|max-cost)\s*:(?:\s|$))", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex LooksLikeYaml();
}
