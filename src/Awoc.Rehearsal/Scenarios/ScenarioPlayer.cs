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
    /// <param name="agentId">The sub-agent that asks; null for the main thread.</param>
    /// <param name="from">The message from which the scenario counts.</param>
    public Decision Play(Scenario scenario, Conversation conversation, string conversationKey, string? agentId, int from)
    {
        var answered = conversation.AnswersAfter(from);
        var before = answered;
        Step? last = null;
        var steps = Steps(scenario, conversation, agentId);
        for (var i = 0; i < steps.Count; i++)
        {
            var step = last = steps[i];
            if (step is Step.Plan plan) return new Decision.HandOver(step.Pace, step.Headers, plan.Figures);
            if (step.IsFault)
            {
                // Faults before an answer that was already given are over, however many times they were served.
                if (before == 0 && faults.TryTake($"{conversationKey}:{scenario.Name}:{i}", step.Times)) return Serve(scenario, step, conversation, answered);
                continue;
            }

            var repeat = ((Step.Answer)step).Repeat;
            if (before < repeat) return Serve(scenario, step, conversation, answered);
            before -= repeat;
        }

        return scenario.EndsWithError
            ? new Decision.Fail(ApiError.Invalid($"rehearsal: scenario '{scenario.Name}' is at its end after {answered} answers"), new Pace(), last!.Headers)
            : Serve(scenario, last!, conversation, answered);
    }

    /// <summary>
    /// A sub-agent's own steps. Claude Code names its sub-agents in a header; where a client does not, the words of the prompt tell.
    /// </summary>
    private static IReadOnlyList<Step> Steps(Scenario scenario, Conversation conversation, string? agentId)
    {
        if (conversation.Task is not null) return scenario.Steps;
        var script = scenario.Subagents.FirstOrDefault(s =>
            s.When is null ? agentId is not null : conversation.FirstPrompt.Contains(s.When, StringComparison.Ordinal));
        return script?.Steps ?? scenario.Steps;
    }

    private static Decision Serve(Scenario scenario, Step step, Conversation conversation, int answered)
    {
        if (step is Step.Fail fail) return new Decision.Fail(fail.Error, fail.Pace, fail.Headers);
        var answer = (Step.Answer)step;

        // A model that may not call a tool says what it has, whatever the script wanted it to do.
        if (conversation.Request.WantsWords && (scenario.NamesReport || answer.Blocks.Any(b => b is BlockTemplate.ToolUse)))
            return new Decision.Answer(RealisticPlanner.Spoken(conversation, scenario.ReportTokens, scenario.ReportShare) with { Pace = answer.Pace, Headers = answer.Headers });
        var blocks = answer.Blocks.Where(b => b is not BlockTemplate.Thinking || !conversation.Request.ForbidsThinking);
        return new Decision.Answer(new Reply([.. blocks.Select(b => Build(b, conversation, answered + 1))])
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
        BlockTemplate.ToolUse tool => new ReplyBlock.ToolUse(tool.Name, ScenarioVariables.FillJson(tool.InputJson, conversation, turn)) { IsPartial = tool.IsPartial },
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
    /// <param name="Figures">Sizes of a realistic run; null for the modest planner.</param>
    internal sealed record HandOver(Pace Pace, IReadOnlyDictionary<string, string> Headers, PlannerFigures? Figures = null) : Decision;
}
