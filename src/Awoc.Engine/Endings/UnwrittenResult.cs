using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Engine.Homes;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Endings;

/// <summary>
/// An agent that ends well with "Done" although the call that was to write its result was cut off or failed: that word is
/// not the result.
/// </summary>
internal static class UnwrittenResult
{
    /// <summary>What the end really is; null when what was produced may be the result: it says no less than the writing would have.</summary>
    public static AttemptVerdict? Of(TaskSpec spec, AttemptFolder attempt, UnfinishedAttempt left, ProducedOutput produced, string agent)
    {
        var story = left.Story;
        var staging = attempt.Staging(spec.Output);
        if (story.UnwrittenTo(staging, spec.Output ?? staging) is not { } call || RecoveredText.OfWriting(call) is not { } writing) return null;
        var lacking = MissingSections.In(spec, writing.Text).Count;
        switch (produced)
        {
            case ProducedOutput.Said(var closing)
                when MissingSections.In(spec, closing).Count is var lacks && (lacks > lacking || (lacks == lacking && closing.Length < writing.Text.Length)):
                break;
            // A skeleton that the cut writing was to fill.
            case ProducedOutput.Staged(var path)
                when MissingSections.In(spec, RecoveredText.OfFile(PartialSource.StagedFile, path)?.Text).Count > lacking:
                break;
            default:
                return null;
        }

        if (call.State is CallState.Cut or CallState.Unfinished)
        {
            return new AttemptVerdict(
                TaskOutcome.Failed, EndReason.OutputTooLong,
                "the agent ended well, but the call that was to write its result was cut off at a length limit; launch it again asking for less, or with more --tokens");
        }

        return story.End is { Denials.Count: > 0 } end
            ? new AttemptVerdict(TaskOutcome.Failed, EndReason.PermissionDenied, $"it was refused {string.Join(", ", end.Denials)}, so its result was not written; see agents.{agent}.tools in awoc config")
            : new AttemptVerdict(TaskOutcome.Failed, EndReason.NoOutput, "the agent ended well, but the call that was to write its result failed; see awoc logs");
    }
}
