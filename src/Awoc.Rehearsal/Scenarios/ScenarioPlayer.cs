using System.Text;
using Awoc.Rehearsal.Messages;
using Awoc.Rehearsal.Planner;

namespace Awoc.Rehearsal.Scenarios;

/// <summary>
/// Finds the step that answers a request. Answers leave a trace in the messages, so their place is counted from there;
/// errors and cut streams leave none, so those alone are counted here, per conversation.
/// </summary>
internal sealed class ScenarioPlayer(FaultCounter faults)
{
    private const string Filler = "Rehearsed words, generated to an exact size. ";

    /// <param name="scenario">The script.</param>
    /// <param name="conversation">The request's.</param>
    /// <param name="conversationKey">Tells conversations apart for the counting of faults.</param>
    /// <param name="from">The message from which the scenario counts.</param>
    public Decision Play(Scenario scenario, Conversation conversation, string conversationKey, int from)
    {
        var answered = conversation.AnswersAfter(from);
        var before = answered;
        Step? last = null;
        for (var i = 0; i < scenario.Steps.Count; i++)
        {
            var step = last = scenario.Steps[i];
            if (step is Step.Plan) return new Decision.HandOver(step.Pace, step.Headers);
            if (step.IsFault)
            {
                // Faults before an answer that was already given are over, however many times they were served.
                if (before == 0 && faults.TryTake($"{conversationKey}:{scenario.Name}:{i}", step.Times)) return Serve(step, conversation, answered);
                continue;
            }

            var repeat = ((Step.Answer)step).Repeat;
            if (before < repeat) return Serve(step, conversation, answered);
            before -= repeat;
        }

        return scenario.EndsWithError
            ? new Decision.Fail(ApiError.Invalid($"rehearsal: scenario '{scenario.Name}' is at its end after {answered} answers"), new Pace(), last!.Headers)
            : Serve(last!, conversation, answered);
    }

    private static Decision Serve(Step step, Conversation conversation, int answered)
    {
        if (step is Step.Fail fail) return new Decision.Fail(fail.Error, fail.Pace, fail.Headers);
        var answer = (Step.Answer)step;
        return new Decision.Answer(new Reply([.. answer.Blocks.Select(b => Build(b, conversation, answered + 1))])
        {
            StopReason = answer.StopReason,
            Usage = answer.Usage,
            Pace = answer.Pace,
            Headers = answer.Headers,
        });
    }

    private static ReplyBlock Build(BlockTemplate template, Conversation conversation, int turn) => template switch
    {
        BlockTemplate.Text text => new ReplyBlock.Text(Size(ScenarioVariables.Fill(text.Value, conversation, turn), text.Tokens)),
        BlockTemplate.Thinking thinking => new ReplyBlock.Thinking(Size(ScenarioVariables.Fill(thinking.Value, conversation, turn), thinking.Tokens)),
        BlockTemplate.ToolUse tool => new ReplyBlock.ToolUse(tool.Name, ScenarioVariables.FillJson(tool.InputJson, conversation, turn)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Pads or cuts a text to exactly <paramref name="tokens"/> tokens.</summary>
    private static string Size(string text, int? tokens)
    {
        if (tokens is not { } wanted) return text;
        var bytes = Encoding.UTF8.GetBytes(text);
        var size = wanted * TokenEstimate.BytesPerToken;
        if (bytes.Length > size) return Encoding.UTF8.GetString(bytes, 0, Generation.RuneBoundary(bytes, size)).PadRight(size > 0 ? 1 : 0);
        var padded = new StringBuilder(text);
        var missing = size - bytes.Length;
        if (missing > 0 && text.Length > 0 && missing > 1)
        {
            padded.Append(' ');
            missing--;
        }

        for (; missing > 0; missing -= Filler.Length) padded.Append(Filler, 0, Math.Min(missing, Filler.Length));
        return padded.ToString();
    }
}

/// <summary>What to do with a request.</summary>
internal abstract record Decision
{
    private Decision()
    {
    }

    internal sealed record Answer(Reply Reply) : Decision;

    internal sealed record Fail(ApiError Error, Pace Pace, IReadOnlyDictionary<string, string> Headers) : Decision;

    /// <summary>The planner answers, at this pace.</summary>
    internal sealed record HandOver(Pace Pace, IReadOnlyDictionary<string, string> Headers) : Decision;
}
