using System.Globalization;
using System.Text;
using Awoc.Cli.Terminal;
using Awoc.Cli.Views;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Reports;

/// <summary>What became of a batch, as Markdown.</summary>
internal static class BatchSummary
{
    public static string Of(string file, string group, IReadOnlyList<TaskView> tasks)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# Batch {Cell(file == BatchText.Stdin ? group : Path.GetFileName(file))}\n\n{Sentence(tasks)}\n\n");
        text.Append("| Task | Type | Outcome | Tokens | Cost | Time | Result |\n|---|---|---|---:|---:|---:|---|\n");
        foreach (var task in tasks)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {Cell(NameOf(task))} | {Cell(task.Type)} | {OutcomeOf(task)} | {task.Usage.Output} | {(task.Usage.CostUsd is { } usd ? PlanText.Dollars(usd) : "")} | {Figures.Duration(task.RunMs)} | {Cell(task.ResultPath ?? "")} |\n");
        }

        List<TaskView> bad = [.. tasks.Where(t => t.Outcome != TaskWords.Succeeded && t.Detail is not null)];
        if (bad.Count == 0) return text.ToString();
        text.Append("\n## What did not succeed\n\n");
        foreach (var task in bad) text.Append(CultureInfo.InvariantCulture, $"- **{Cell(NameOf(task))}** ({TaskWords.Handle(task.Id)}): {Cell(task.Detail!)}\n");
        return text.ToString();
    }

    /// <summary>How many ended how, and what it came to.</summary>
    public static string Sentence(IReadOnlyList<TaskView> tasks)
    {
        var counts = string.Join(", ", tasks.GroupBy(t => t.Outcome ?? t.State).OrderBy(g => g.Key != TaskWords.Succeeded).ThenBy(g => g.Key).Select(g => $"{g.Count()} {g.Key}"));
        var usd = tasks.Sum(t => t.Usage.CostUsd ?? 0);
        return string.Create(CultureInfo.InvariantCulture, $"{counts}; {tasks.Sum(t => t.Usage.Output):#,0} tokens generated{(usd > 0 ? $", {PlanText.Dollars(usd)} at list price" : "")}");
    }

    public static string NameOf(TaskView task) => task.Name ?? (task.Description is { Length: > 0 } text ? Printable.Cut(Printable.Line(text), 60) : TaskWords.Handle(task.Id));

    private static string OutcomeOf(TaskView task) => task.Outcome is { } outcome ? $"{outcome}{(task.Reason is { } reason && outcome != TaskWords.Succeeded ? $" ({reason})" : "")}" : task.State;

    private static string Cell(string text) => Printable.Line(text).Replace("|", "\\|", StringComparison.Ordinal);
}
