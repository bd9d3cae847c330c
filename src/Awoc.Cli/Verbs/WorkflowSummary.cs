using System.Text;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Cli.Views;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary>A run as a Markdown file: for a pull request, or a job's page.</summary>
internal static class WorkflowSummary
{
    public static async Task WriteAsync(string path, WorkflowRunView run, CancellationToken token)
    {
        try
        {
            await File.WriteAllTextAsync(path, Text(run), token);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--summary {path} cannot be written: {e.Message}");
        }
    }

    public static string Text(WorkflowRunView run)
    {
        var text = new StringBuilder();
        text.Append("# ").Append(run.Workflow).Append("\n\n");
        text.Append(run.Run is { } name ? $"Run `{name}`.\n\n" : "All of it was reused.\n\n");
        text.Append("| Step | Outcome | Tokens | Time | Cost | Result |\n|---|---|---:|---:|---:|---|\n");
        foreach (var step in run.Steps)
        {
            var task = step.Task;
            var outcome = task is null ? "not launched" : task.Reason == "skipped" ? "skipped" : task.Outcome ?? task.State;
            var reason = task is { Reason: { } why, Outcome: not TaskWords.Succeeded } && why != "skipped" ? $" ({why})" : "";
            text.Append($"| {Cell(step.Key)} | {outcome}{reason}{(step.Action == "reuse" ? ", reused" : "")} | {(task is null ? "" : Figures.Count(task.Usage.Output))} ")
                .Append($"| {(task is null ? "" : Figures.Duration(task.RunMs))} | {(task?.Usage.CostUsd is { } cost ? LimitText.Dollars(cost) : "")} ")
                .Append($"| {(task is null ? "" : Cell(task.Output ?? task.ResultPath ?? ""))} |\n");
        }

        foreach (var step in run.Steps.Where(s => s.Task is { Outcome: not (null or TaskWords.Succeeded), Detail: not null, Reason: not "skipped" }))
            text.Append($"\n**{Cell(step.Key)}**: {Cell(step.Task!.Detail!)}\n");
        return text.ToString();
    }

    private static string Cell(string text) => Printable.Line(text).Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}
