using Awoc.Plans.Workflows;
using Awoc.Plans.Workflows.Reading;
using Awoc.Plans.Yaml;

namespace Awoc.Plans.Batches;

/// <summary>
/// A task as one command line: <c>research:"How others do it" out.md sonnet 5000 600 --agent builtin</c>. The program's name and the verb may
/// stand before it, and a last <c>&amp;</c> behind it.
/// </summary>
internal static class CommandLineTask
{
    private static readonly string[] s_positions = ["task", "output", "model", "tokens", "timeout"];

    /// <param name="at">Where the line begins.</param>
    public static BatchFileTask? Read(string line, TextPosition at, List<PlanFault> faults)
    {
        var (words, broken) = CommandWords.Split(line, at);
        if (broken is not null)
        {
            faults.Add(broken);
            return null;
        }

        if (words is [{ Text: "awoc" }, { Text: "run" or "background-task" }, ..]) words = [.. words.Skip(2)];
        else if (words is [{ Text: "/background-task" or "background-task" }, ..]) words = [.. words.Skip(1)];
        if (words is [.., { Text: "&" }]) words = [.. words.SkipLast(1)];
        if (words.Count == 0)
        {
            BatchReader.Add(faults, at, "the line names no task");
            return null;
        }

        var before = faults.Count;
        Dictionary<string, BatchValue> values = new(StringComparer.Ordinal);
        Dictionary<string, IReadOnlyList<BatchValue>> lists = new(StringComparer.Ordinal);
        BatchValue? task = null;
        var position = 0;
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i];
            if (word.Text.StartsWith("--", StringComparison.Ordinal) && word.Text.Length > 2)
            {
                Flag(ref i);
                continue;
            }

            if (position == s_positions.Length)
            {
                BatchReader.Add(faults, word.At, $"{FaultList.Shown(word.Text)} is one word too many: text with spaces goes in quotes");
                break;
            }

            if (position == 0) task = word;
            // An empty position counts as left out, as in the seed's ${3:-sonnet}.
            else if (word.Text.Length > 0) Put(s_positions[position], word);
            position++;
        }

        if (task is null or { Text: "" }) BatchReader.Add(faults, at, "the line names no task");
        if (faults.Count > before) return null;

        // Type and description in one, as awoc run takes them.
        values["task"] = task!;
        values["description"] = task!;
        return new BatchFileTask(words[0].At, values.GetValueOrDefault(BatchFields.KeyField)?.Text, values, lists);

        void Flag(ref int i)
        {
            var word = words[i];
            var equals = word.Text.IndexOf('=', StringComparison.Ordinal);
            var name = BatchFields.Canonical(word.Text[2..(equals < 0 ? word.Text.Length : equals)]);
            var isList = BatchFields.Several.Contains(name);
            if (!isList && !BatchFields.Single.ContainsKey(name))
            {
                BatchReader.Add(faults, word.At, $"there is no flag {FaultList.Shown(word.Text)}{FaultList.Hint(name, BatchFields.All)}");
                return;
            }

            if (equals >= 0)
            {
                Take(word with { Text = word.Text[(equals + 1)..] });
            }
            else if (!isList && BatchFields.Single[name] is FieldRule.Truth)
            {
                values[name] = word with { Text = "true" };
            }
            else if (i + 1 < words.Count)
            {
                Take(words[++i]);
            }
            else
            {
                BatchReader.Add(faults, word.At, $"{word.Text} takes a value");
            }

            void Take(BatchValue value)
            {
                if (!isList) Put(name, value);
                else if (!BatchFields.NamesTasks(name)) lists[name] = [.. lists.GetValueOrDefault(name, []), value];
                else lists[name] = [.. lists.GetValueOrDefault(name, []), .. value.Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(w => value with { Text = w })];
            }
        }

        void Put(string name, BatchValue value)
        {
            if (BatchFields.Single[name].OfText(value.Text) is not { } text)
                BatchReader.Add(faults, value.At, $"{name} is {FaultList.Shown(value.Text)}; it takes {BatchFields.Single[name].Allowed}");
            else if (values.TryGetValue(name, out var other) && other.Text != text)
                BatchReader.Add(faults, value.At, $"{name} is {FaultList.Shown(other.Text)} and {FaultList.Shown(text)}: give one of them");
            else
                values[name] = value with { Text = text };
        }
    }
}
