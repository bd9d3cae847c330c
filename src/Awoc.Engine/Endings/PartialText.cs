using System.Globalization;
using System.Text;
using Awoc.Core.Budgets;
using Awoc.Core.Tasks;

namespace Awoc.Engine.Endings;

/// <summary><c>partial-results.txt</c>: the account for a person, which says first that it is none of a finished task.</summary>
internal static class PartialText
{
    private const string Rule = "------------------------------------------------------------------------";

    public static string Of(PartialAccount account, AgentTask task)
    {
        var text = new StringBuilder();
        var what = string.IsNullOrEmpty(account.Description) ? account.Type : $"{account.Type}: {OneLine(account.Description)}";
        Line(text, $"PARTIAL RESULTS of task {account.Task} ({what})");
        Line(text, $"The task did not finish: attempt {account.Attempt} ended {account.Outcome.Text()}{(account.Reason is { } reason ? $" ({reason.Text()})" : "")}.");
        if (account.Detail is { Length: > 0 } detail) Line(text, $"Why: {detail}");
        Line(text, $"How to go on: {account.Next} (use what is here, resume, or start again with a reduced scope)");
        Line(text, $"Recovered: {Source(account.Recovered)}");
        text.Append('\n');
        if (account.Recovered.Text is { } recovered)
        {
            Line(text, Rule);
            text.Append(recovered);
            if (!recovered.EndsWith('\n')) text.Append('\n');
            if (account.Recovered.Truncated) Line(text, $"[the rest is left out here: {account.Recovered.Path}]");
            Line(text, Rule);
            text.Append('\n');
        }

        Done(text, account.Progress, task);
        Left(text, account);
        Files(text, account.Files);
        Results(text, account.LastResults);
        return text.ToString();
    }

    private static void Done(StringBuilder text, PartialProgress progress, AgentTask task)
    {
        Line(text, "WHAT WAS DONE");
        Line(text, $"  {Count(progress.Turns, "turn")}, {Count(progress.ToolCalls, "tool call")}{(progress.FailedCalls > 0 ? $" ({progress.FailedCalls} failed)" : "")} in {Duration.Text(progress.ElapsedMs / 1000)}; {progress.TokensUsed} of {progress.TokensBudget} tokens over {Count(task.Attempt, "attempt")}");
        if (progress.LastTool is { } tool) Line(text, $"  it was in the midst of: {tool}");
        if (progress.LastRetry is { } retry) Line(text, $"  its last wait for the model API: {retry}");
        if (progress.Todo.Count > 0)
        {
            Line(text, $"  its own list: {progress.TodoDone} of {progress.Todo.Count} done");
            foreach (var item in progress.Todo) Line(text, $"    [{(item.IsDone ? 'x' : ' ')}] {OneLine(item.Text)}");
        }

        text.Append('\n');
    }

    private static void Left(StringBuilder text, PartialAccount account)
    {
        Line(text, "WHAT WAS LEFT");
        foreach (var item in account.Left.Todo) Line(text, $"  - {OneLine(item)}");
        foreach (var section in account.Left.Sections) Line(text, $"  - the section \"{section}\"");
        if (account.Left.Todo.Count + account.Left.Sections.Count == 0) Line(text, "  not known: it kept no list, and no section that was asked for is missing");
        text.Append('\n');
    }

    private static void Files(StringBuilder text, IReadOnlyList<WrittenFile> files)
    {
        if (files.Count == 0) return;
        Line(text, "FILES IT WROTE");
        foreach (var file in files)
        {
            Line(text, $"  {file.Path} ({file.Change}{(file.Bytes is { } bytes ? $", {bytes} bytes" : "")})");
            if (file.Diff is { } diff) text.Append(diff.EndsWith('\n') ? diff : diff + "\n");
        }

        text.Append('\n');
    }

    private static void Results(StringBuilder text, IReadOnlyList<PartialToolResult> results)
    {
        if (results.Count == 0) return;
        Line(text, "LAST RESULTS OF ITS TOOLS");
        foreach (var result in results)
        {
            Line(text, $"  {(result.Tool.Length == 0 ? "a tool" : result.Tool)}{(result.IsError ? " (failed)" : "")}:");
            foreach (var line in result.Text.AsSpan().Trim().EnumerateLines()) text.Append("    ").Append(line).Append('\n');
        }
    }

    private static string Source(RecoveredResult recovered)
    {
        var source = recovered.Source switch
        {
            PartialSource.None => "nothing: it had written and said nothing yet",
            PartialSource.StagedFile => "its result file as it stood",
            PartialSource.OutputFile => "the output file as it stood",
            PartialSource.CutWrite => "a result file that it was writing when it was cut off",
            PartialSource.FailedWrite => "a result file that could not be written",
            PartialSource.Report => "its report when the budget was over",
            PartialSource.Text => "what it said",
            PartialSource.Printed => "what it printed",
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return recovered.Path is null ? source : $"{source} (attempt {recovered.Attempt}, {recovered.Bytes} bytes), kept in {recovered.Path}";
    }

    private static string Count(int count, string noun) => $"{count} {noun}{(count == 1 ? "" : "s")}";

    private static string OneLine(string text)
    {
        const int Longest = 300;
        var flat = text.ReplaceLineEndings(" ").Trim();
        return flat.Length <= Longest ? flat : $"{flat.AsSpan(0, Longest)}…";
    }

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');
}
