using Awoc.Cli.Terminal;
using Awoc.Cli.Verbs;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Views;

/// <summary>Workflows and their runs, for a person.</summary>
internal static class WorkflowText
{
    private const int LongestDetail = 100;
    private const string Skipped = "skipped";

    /// <summary>Level by level: what stands beside each other may run at the same time.</summary>
    public static void WriteLevels(TextWriter writer, WorkflowCheckView workflow)
    {
        writer.WriteLine(workflow.Description is { } what ? $"{workflow.Name}: {Printable.Cut(Printable.Line(what), LongestDetail)}" : workflow.Name);
        foreach (var input in workflow.Inputs)
            writer.WriteLine(Printable.Line($"input {input.Name}{(input.Default is { } value ? $" = {value}" : " (must be given)")}{(input.Description is { } about ? $": {about}" : "")}"));
        var width = workflow.Tasks.Select(t => t.Key.Length).DefaultIfEmpty().Max();
        foreach (var level in workflow.Tasks.GroupBy(t => t.Level))
        {
            writer.WriteLine();
            writer.WriteLine($"level {level.Key + 1}");
            foreach (var task in level)
            {
                writer.WriteLine($"  {task.Key.PadRight(width)}  {task.Type ?? "custom"}{(task.Model is { } model ? $", {model}" : "")}{(task.Output is { } output ? $" → {output}" : "")}");
                foreach (var (name, keys) in (ReadOnlySpan<(string, IReadOnlyList<string>)>)[("after", task.After), ("after any of", task.Any), ("after the end of", task.Ended)])
                {
                    if (keys.Count > 0) writer.WriteLine($"  {"".PadRight(width)}    {name} {string.Join(", ", keys)}");
                }

                if (task.When is { } when) writer.WriteLine($"  {"".PadRight(width)}    when {Printable.Line(when)}");
            }
        }
    }

    /// <summary>As <see href="https://mermaid.js.org/syntax/flowchart.html"/> has it.</summary>
    public static void WriteMermaid(TextWriter writer, WorkflowCheckView workflow)
    {
        writer.WriteLine("flowchart TD");
        foreach (var task in workflow.Tasks)
            writer.WriteLine($"  {Node(task.Key)}[\"{Label(task.Key)}<br/>{Label(task.Type ?? "custom")}{(task.Output is { } output ? $"<br/>{Label(output)}" : "")}{(task.When is { } when ? $"<br/>when {Label(when)}" : "")}\"]");
        foreach (var task in workflow.Tasks)
        {
            foreach (var key in task.After) writer.WriteLine($"  {Node(key)} --> {Node(task.Key)}");
            foreach (var key in task.Any) writer.WriteLine($"  {Node(key)} -. any .-> {Node(task.Key)}");
            foreach (var key in task.Ended) writer.WriteLine($"  {Node(key)} -. ended .-> {Node(task.Key)}");
        }

        // A prefix: "end" and "graph" are words of the language. A hyphen may begin an arrow.
        static string Node(string key) => "t_" + key.Replace("_", "__", StringComparison.Ordinal).Replace("-", "_", StringComparison.Ordinal);

        static string Label(string text) => Printable.Line(text)
            .Replace("#", "#35;", StringComparison.Ordinal).Replace("\"", "#quot;", StringComparison.Ordinal).Replace("<", "#lt;", StringComparison.Ordinal).Replace(">", "#gt;", StringComparison.Ordinal);
    }

    /// <summary>What a run would do, or does.</summary>
    public static void WritePlan(TextWriter writer, WorkflowRunView plan)
    {
        var runs = plan.Steps.Count(s => s.Action == "run");
        var reused = plan.Steps.Count(s => s.Action == "reuse");
        writer.WriteLine(plan.Attached
            ? $"{plan.Workflow}: run {plan.Run} is under way"
            : $"{plan.Workflow}: {runs} of {plan.Steps.Count} steps to run{(reused > 0 ? $", {reused} reused" : "")}");
        var width = plan.Steps.Select(s => s.Key.Length).DefaultIfEmpty().Max();
        foreach (var step in plan.Steps)
        {
            var what = step switch
            {
                { Action: "reuse", Task: { } task } => $"task {TaskWords.Handle(task.Id)} succeeded{(task.Output is { } output ? $": {output}" : "")}",
                { Action: "attach", Task: { } task } => $"task {TaskWords.Handle(task.Id)}, {task.Outcome ?? task.State}",
                { Why: { } why } => $"again: {why}",
                { Needs.Count: > 0 } => $"after {string.Join(", ", step.Needs)}",
                _ => "",
            };
            writer.WriteLine(Printable.Lines($"  {step.Action,-6}  {step.Key.PadRight(width)}  {what}").TrimEnd());
        }

        if (plan.Estimate is { } estimate) writer.WriteLine(Estimate(estimate));
    }

    public static void WriteSteps(TextWriter writer, WorkflowRunView run)
    {
        writer.WriteLine($"{run.Workflow}: run {run.Run}");
        foreach (var line in StepLines(run)) writer.WriteLine(Printable.Lines(line));
    }

    public static void WriteEnd(TextWriter writer, WorkflowRunView run)
    {
        var succeeded = run.Steps.Count(s => s.Task?.Outcome == TaskWords.Succeeded);
        var skipped = run.Steps.Count(s => s.Task?.Reason == Skipped);
        var tokens = run.Steps.Where(s => s.Action != "reuse").Sum(s => s.Task?.Usage.Output ?? 0);
        writer.WriteLine($"{run.Run ?? run.Workflow}: {succeeded} of {run.Steps.Count} steps succeeded{(skipped > 0 ? $", {skipped} skipped" : "")}; {Figures.Tokens(tokens)}{(ExitCode(run) != ExitCodes.Succeeded ? "; run it again to do what is left" : "")}");
    }

    /// <summary>A line for each step: how it stands.</summary>
    public static IReadOnlyList<string> StepLines(WorkflowRunView run)
    {
        var width = run.Steps.Select(s => s.Key.Length).DefaultIfEmpty().Max();
        return
        [
            .. run.Steps.Select(s =>
            {
                var state = s.Task is not { } task ? "not launched" : task.Reason == Skipped ? Skipped : task.Outcome ?? task.State.Replace('_', ' ');
                var figures = s.Task is { RunMs: > 0 } ran ? $"{Figures.Tokens(ran.Usage.Output)}, {Figures.Duration(ran.RunMs)}" : "";
                var more = s.Task switch
                {
                    null => "",
                    { State: TaskWords.Ended, Outcome: TaskWords.Succeeded } t => t.Output ?? $"awoc output {TaskWords.Handle(t.Id)}",
                    { State: TaskWords.Ended } t => Printable.Cut(Printable.Line(t.Detail ?? t.Reason ?? ""), LongestDetail),
                    { State: TaskWords.Scheduled, WaitsFor: ['t', 'a', 's', 'k', ..] } when s.Needs.Count > 0 => $"waits for {string.Join(", ", s.Needs)}",
                    { State: TaskWords.Scheduled or TaskWords.AwaitingInput, WaitsFor: { } waits } => $"waits for {waits}",
                    _ => "",
                };
                return $"  {(s.Task is null ? "" : TaskWords.Handle(s.Task.Id)),-12}  {s.Key.PadRight(width)}  {state + (s.Action == "reuse" ? " (reused)" : ""),-18}  {figures,-20}  {more}".TrimEnd();
            }),
        ];
    }

    /// <summary>The worst of its steps'; one that its condition left out counts for nothing.</summary>
    public static int ExitCode(WorkflowRunView run) => run.Steps
        .Where(s => s.Task is not null && s.Task.Reason != Skipped)
        .Aggregate(ExitCodes.Succeeded, (worst, s) => ExitCodes.Worst(worst, Ending.ExitCode(s.Task!)));

    private static string Estimate(BatchEstimateView estimate)
    {
        List<string> parts = [];
        if (estimate.Tokens.High > 0) parts.Add($"{Figures.Count((long)estimate.Tokens.Low)} to {Figures.Count((long)(estimate.Tokens.High ?? 0))} tokens");
        if (estimate.CostUsd.High > 0) parts.Add($"{LimitText.Dollars(estimate.CostUsd.Low)} to {LimitText.Dollars(estimate.CostUsd.High.Value)}");
        parts.Add($"{Figures.Limit((long)estimate.Seconds.Low)} to {Figures.Limit((long)(estimate.Seconds.High ?? 0))}");
        var known = estimate.Known == estimate.Tasks ? "by past tasks" : estimate.Known == 0 ? "by their budgets, as there are no past tasks" : $"by past tasks of {estimate.Known} of {estimate.Tasks} steps, and the others' budgets";
        return $"estimate {known}: {string.Join(", ", parts)}{(estimate.MostTokens > 0 ? $"; at most {Figures.Count(estimate.MostTokens)} tokens" : "")}{(estimate.MostUsd is { } most and > 0 ? $", {LimitText.Dollars(most)}" : "")}";
    }
}
