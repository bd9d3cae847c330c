using System.Text;
using Awoc.Core.Lifecycle;
using Awoc.Core.Prompts;
using Awoc.Core.Tasks;
using Awoc.Documents.Contracts.Json;
using Awoc.Engine.Budgets;
using Awoc.Engine.Homes;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Endings;

/// <summary>The document that the report turn wrote: a partial result, brought to the user all the same.</summary>
public static class LandedReport
{
    /// <summary>Text of agents that stands for no answer.</summary>
    private const string Refused = "(refused)";

    /// <summary>Null where the report turn said nothing.</summary>
    /// <param name="format">Of several texts for a JSON document, the last that is one counts.</param>
    public static ProducedOutput.Said? Of(AttemptStory story, OutputFormat format)
    {
        if (format == OutputFormat.Json && story.ReportTexts.LastOrDefault(text => JsonText.Fault(Encoding.UTF8.GetBytes(text), "") is null) is { } json)
            return new ProducedOutput.Said(json);
        return story.ReportText.Trim() is { Length: > 0 } text && text != Refused ? new ProducedOutput.Said(text) : null;
    }

    /// <summary>
    /// Delivers it as a success would be, never over a user's file without leave. The result stays partial, and says so in its first
    /// line where its format has room for it.
    /// </summary>
    /// <param name="kept">The ending with the report kept in the task's directory.</param>
    public static TaskEnding Bring(
        AgentTask task, TaskFolder folder, AttemptFolder attempt, ProducedOutput.Said report, LandedAttempt landed, TaskEnding kept)
    {
        var marked = new ProducedOutput.Said(Mark(report.Text, OutputFormats.Of(task.Spec.Output), landed, task.Id));
        if (OutputDelivery.Keep(folder, marked, task.Spec.Output) is not { } file) return kept;
        return OutputDelivery.Deliver(task.Spec, folder, attempt, marked, file) switch
        {
            Delivery.Done done => kept with { Delivered = true, ResultPath = task.Spec.Output, TargetShaBefore = done.ShaBefore, TargetShaAfter = done.ShaAfter },
            Delivery.Waits waits => kept with { ResultPath = file, Detail = $"{kept.Detail}; {waits.Target} existed already and was left alone: the report waits in {file}" },
            Delivery.Failed failed => kept with { ResultPath = file, Detail = $"{kept.Detail}; the report could not be brought to {task.Spec.Output} ({failed.Why}) and lies in {file}" },
            _ => kept with { ResultPath = file },
        };
    }

    public static string Mark(string text, OutputFormat format, LandedAttempt landed, TaskId id)
    {
        var way = $"{landed.Words}. awoc recover {id.Handle} shows the ways on.";
        return format switch
        {
            OutputFormat.Markdown => $"> **Partial result**: {way}\n\n{text}",
            OutputFormat.Text => $"Partial result: {way}\n\n{text}",
            _ => text,
        };
    }
}
