using Awoc.Cli.Terminal;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Views;

/// <summary>One task, whole.</summary>
internal static class TaskDetail
{
    public static void Write(TextWriter writer, TaskView task, DateTimeOffset now)
    {
        var handle = TaskWords.Handle(task.Id);
        FieldList.Write(writer,
        [
            ("id", task.Id),
            ("name", task.Name),
            ("type", task.Type),
            ("description", task.Description is { Length: > 0 } text ? Printable.Cut(text, 400) : null),
            ("state", TaskRow.StateOf(task)),
            ("why", task.Detail),
            ("waits for", task.WaitsFor),
            ("goes on", task.State == TaskWords.Ended ? null : Due(task.DueAt, now)),
            ("result", task.Result == TaskWords.NoResult ? "none" : $"{task.Result}, verification {task.Verification.Replace('_', ' ')}"),
            ("agent", task.Agent),
            ("rehearsal", task.Rehearsal is true ? "yes: the embedded model answered, which is rule-based and no language model" : null),
            ("model", task.Model),
            .. LimitText.Of(task, now),
            ("output", task.Output is { } output ? $"{output}{(task.Delivered is true ? "" : " (not delivered)")}" : null),
            ("result file", task.ResultPath),
            ("integrate", task.Integrate is { } mode ? $"{mode}{(task.IntegrateInto is { } into ? $" into {into}" : "")}" : null),
            ("read", task.State == TaskWords.Ended ? Time(task.ReadAt) ?? "not yet: it is in the inbox" : null),
            ("working in", task.Cwd),
            ("directory", task.Directory),
            ("group", task.Group),
            ("queue", task.Queue == TaskWords.DefaultQueue && task.Priority is null ? null : $"{task.Queue}{(task.Priority is { } priority ? $", priority {priority}" : "")}"),
            ("session", task.Parent),
            .. LimitText.Policy(task.Policy, task.Budget.Tokens is not null),
            ("created", Time(task.CreatedAt)),
            ("started", Time(task.StartedAt)),
            ("ended", Time(task.EndedAt)),
            ("exit code", task.ExitCode?.ToString()),
            ("summary", task.Summary),
        ]);
        foreach (var finding in task.Findings ?? [])
            writer.WriteLine($"{finding.Severity,-13} {(finding.Line is { } line ? $"line {line}: " : "")}{Printable.Line(finding.Message)} ({finding.Rule})");

        foreach (var attempt in task.Attempts ?? [])
        {
            var end = attempt.Outcome is { } outcome ? attempt.Reason is { } reason ? $"{outcome} ({reason})" : outcome : "running";
            var session = attempt.Session is { } id ? $", session {id}" : "";
            writer.WriteLine($"attempt {attempt.Number,-5} {end}{(task.Budget.Tokens is null ? "" : $", {Figures.Tokens(attempt.Usage.Output)}")}, started {Time(attempt.StartedAt)}{session}");
        }

        foreach (var step in NextSteps(task, handle)) writer.WriteLine($"next          {step}");
    }

    private static IEnumerable<string> NextSteps(TaskView task, string handle)
    {
        if (task.State != TaskWords.Ended)
        {
            yield return $"awoc wait {handle}      awoc logs -f {handle}      awoc cancel {handle}";
            yield break;
        }

        if (task.Result != TaskWords.NoResult) yield return $"awoc output {handle}";
        if (task.Outcome == TaskWords.Succeeded) yield break;
        yield return $"awoc logs {handle}";
        yield return task.Result == TaskWords.Partial ? $"awoc recover {handle}      (use, resume or reduce)" : $"awoc retry {handle}";
    }

    private static string? Due(DateTimeOffset? due, DateTimeOffset now) =>
        due is { } at ? $"{Time(at)}{(at > now ? $", in {Figures.Duration((long)(at - now).TotalMilliseconds)}" : "")}" : null;

    private static string? Time(DateTimeOffset? time) => time is { } t ? $"{t.ToLocalTime():yyyy-MM-dd HH:mm:ss}" : null;
}
