using System.Text;
using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Engine.Homes;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Endings;

/// <summary>A text that could stand for an unfinished attempt's result.</summary>
/// <param name="File">The file that holds it whole; null for text out of the stream.</param>
/// <param name="TextIsCut">The text is only the file's beginning.</param>
internal sealed record RecoveredText(PartialSource Source, string Text, string? File = null, bool TextIsCut = false)
{
    /// <summary>Of a file, read for its sections and for the account.</summary>
    private const int MostRead = 1024 * 1024;

    public static RecoveredText Nothing { get; } = new(PartialSource.None, "");

    /// <summary>
    /// The one that lacks the fewest of the sections that were asked for; of equal ones the report of a soft landing, then the
    /// longest file or writing, then what was said.
    /// </summary>
    public static RecoveredText Best(TaskSpec spec, AttemptFolder attempt, UnfinishedAttempt left) =>
        All(spec, attempt, left)
            .OrderBy(text => MissingSections.In(spec, text.Text).Count)
            .ThenBy(text => text.Source switch { PartialSource.Report => 0, PartialSource.Text => 2, _ => 1 })
            .ThenByDescending(text => text.Text.Length)
            .FirstOrDefault(Nothing);

    private static IEnumerable<RecoveredText> All(TaskSpec spec, AttemptFolder attempt, UnfinishedAttempt left)
    {
        var story = left.Story;
        var staging = attempt.Staging(spec.Output);
        if (OfFile(PartialSource.StagedFile, staging) is { } staged) yield return staged;
        if (!left.Structured)
        {
            if (OfFile(PartialSource.Printed, attempt.Events) is { } printed) yield return printed;
            yield break;
        }

        if (left.Reported && story.FinalText.Trim() is { Length: > 0 } report) yield return new RecoveredText(PartialSource.Report, report);
        if (OfWriting(story.UnwrittenTo(staging, spec.Output ?? staging)) is { } writing) yield return writing;
        if (spec.Output is { } target && story.Wrote(target) && ContentHash.OfFile(target) is { } now && now != ProducedOutput.Before(attempt)
            && OfFile(PartialSource.OutputFile, target) is { } output)
            yield return output;
        var said = string.Join('\n', ((string[])[story.AllText, story.UnfinishedText]).Where(text => !string.IsNullOrWhiteSpace(text)));
        if (said.Length > 0) yield return new RecoveredText(PartialSource.Text, said);
    }

    internal static RecoveredText? OfWriting(AgentCall? call) =>
        call is not null && PartialJson.Member(call.Input, "content") is { Value: var content } && !string.IsNullOrWhiteSpace(content)
            ? new RecoveredText(call.State is CallState.Cut or CallState.Unfinished ? PartialSource.CutWrite : PartialSource.FailedWrite, content)
            : null;

    internal static RecoveredText? OfFile(PartialSource source, string path)
    {
        if (!RegularFile.Is(path) || new FileInfo(path) is not { Length: > 0 and var length }) return null;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var head = new byte[(int)Math.Min(MostRead, length)];
        var read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        return new RecoveredText(source, Encoding.UTF8.GetString(head, 0, read), path, length > read);
    }
}
