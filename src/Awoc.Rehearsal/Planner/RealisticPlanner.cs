using System.Globalization;
using System.Text;
using Awoc.Rehearsal.Messages;

namespace Awoc.Rehearsal.Planner;

/// <summary>
/// The planner with the figures of a real run: the skeleton first where the prompt asks for it, some turns that look around and
/// think aloud, a report of a given size, closing words. It heeds its work share as a good model would, and knows nothing of a
/// request's <c>max_tokens</c>, which cuts it as it would cut a model; only a report in words is made to fit.
/// </summary>
internal static class RealisticPlanner
{
    /// <summary>For the words around a report and for the last message.</summary>
    private const int Around = 90;
    private const int ProbeTokens = 800;
    private const int MostLines = 8;

    /// <summary>Closing words and rounding stay within a request's limit.</summary>
    private const int Margin = 4;

    public static Reply Next(Conversation conversation, PlannerFigures figures)
    {
        if (conversation.Task is not { } task) return RulePlanner.Next(conversation);
        var plan = ProbePlan.For(task, conversation, ProbeTokens);
        var survey = Survey.Of(plan, conversation);
        if (conversation.Request.WantsWords) return Spoken(conversation, figures.Report, survey: survey);

        var skeleton = Skeleton(task);
        var written = task.OutputFile is { } path ? Reports(conversation, path, skeleton) : 0;
        if (written > 0) return StructuredOutput.Answer(conversation) ?? Reply.OfText(RulePlanner.Closing(survey, task.OutputFile!));
        if (task.WantsSkeleton && task.OutputFile is { } first && conversation.Offers("Write") && conversation.Calls.Count == 0)
            return new Reply([new ReplyBlock.Text("First the skeleton of the report."), RulePlanner.WriteCall(first, skeleton).Block]);

        var work = task.WorkBudget ?? PlannerBudget.Of(task.TokenBudget).Total;
        var spoken = conversation.SpokenTokens;
        if (spoken < work / 2 && !RulePlanner.IsHurried(conversation) && Look(plan, conversation, figures) is { } look) return look;

        if (task.OutputFile is not { } file || !RulePlanner.CanWrite(conversation, file)) return Spoken(conversation, figures.Report, survey: survey);
        if (RulePlanner.ReadFirst(conversation, file) is { } read) return read;

        // A call that a limit cut is tried once more at half the size.
        var refused = RulePlanner.Refused(conversation, file).Count();
        var tokens = Math.Min(figures.Report, Math.Max(work - spoken - Around, 0)) >> refused;
        var content = Render(task, survey, tokens, text => RulePlanner.WriteCall(file, text).Json);
        return new Reply([new ReplyBlock.Text("Writing the report."), RulePlanner.WriteCall(file, content).Block]);
    }

    /// <summary>A report in words that fits into the request's own limit, with every section that the prompt asks for.</summary>
    /// <param name="share">In place of <paramref name="tokens"/>: the share of that limit; above 1 it does not fit, and is cut.</param>
    public static Reply Spoken(Conversation conversation, int tokens, double? share = null, Survey? survey = null)
    {
        if (conversation.Task is not { } task) return Reply.OfText("What is known up to here: this conversation has no task of AWOC in it.");
        survey ??= Survey.Of(ProbePlan.For(task, conversation, ProbeTokens), conversation);
        var most = conversation.Request.MaxTokens ?? tokens;
        var limit = share is { } s ? (int)(most * s) : Math.Min(tokens, most - Margin);
        return Reply.OfText(Render(task, survey, limit, text => text));
    }

    /// <summary>All headings in order, a line under each.</summary>
    private static string Skeleton(TaskPrompt task)
    {
        var headings = task.Sections.Count > 0 ? task.Sections : TaskFamilies.DefaultSections(TaskFamilies.Of(task.Type));
        var report = new Report(task.Type, task, [.. headings.Select(h => new ReportSection(h, ["To be filled in."]))]);
        return ReportFormat.Render(report, new Survey(), task.OutputFile, brief: true);
    }

    private static int Reports(Conversation conversation, string file, string skeleton) =>
        conversation.Calls.Count(c => c.Tool == "Write" && !c.IsError && c.Text("file_path") == file && c.Text("content") != skeleton);

    private static Reply? Look(ProbePlan plan, Conversation conversation, PlannerFigures figures)
    {
        var turn = conversation.Request.Messages.Count(m => m.Role == "assistant" && m.Blocks.Any(b => b is Block.ToolUse { Name: not "Write" }));
        if (turn >= figures.Turns) return null;
        var round = RulePlanner.NextRound(plan, conversation)
            ?? (conversation.Offers("Bash") && !ToolCall.IsRefused(conversation, "Bash")
                ? new Reply([new ReplyBlock.Text("One more look."), ToolCall.Bash($"ls -la | head -{10 + turn}", "List files").Block])
                : null);
        if (round is null) return null;
        var missing = figures.OfTurn(turn) - round.Blocks.Sum(b => TokenEstimate.Of(b.Content));
        return missing <= 0 || round.Blocks[0] is not ReplyBlock.Text words
            ? round
            : round with { Blocks = [new ReplyBlock.Text(words.Value + Filler(missing)), .. round.Blocks.Skip(1)] };
    }

    /// <summary>The report, grown with filler lines or cut down to fit into so many tokens with every heading.</summary>
    private static string Render(TaskPrompt task, Survey survey, int tokens, Func<string, string> carry)
    {
        var text = RulePlanner.Render(task, survey, tokens, carry);
        var missing = tokens - TokenEstimate.Of(carry(text));
        if (missing < 0) return Headings(task, tokens);
        var report = Report.Of(task, survey, MostLines);
        if (TokenEstimate.Of(carry(ReportFormat.Render(report, survey, task.OutputFile, brief: false))) > tokens) return text;

        var best = text;
        for (var (low, high) = (1, missing); low <= high;)
        {
            var middle = (low + high) / 2;
            var grown = ReportFormat.Render(Grown(report, middle), survey, task.OutputFile, brief: false);
            if (TokenEstimate.Of(carry(grown)) <= tokens) (best, low) = (grown, middle + 1);
            else high = middle - 1;
        }

        return best;
    }

    private static Report Grown(Report report, int lines) => report with
    {
        Sections =
        [
            .. report.Sections.Select((section, i) => section with
            {
                Lines =
                [
                    .. section.Lines,
                    .. Enumerable.Range(1, ((lines - i - 1) / report.Sections.Count) + (lines > i ? 1 : 0)).Select(n =>
                        $"Rehearsed words at this place: {section.Heading}, line {n.ToString(CultureInfo.InvariantCulture)}."),
                ],
            }),
        ],
    };

    /// <summary>The headings, with as many words under each as there is room for: of a budget this small nothing else is left.</summary>
    private static string Headings(TaskPrompt task, int tokens)
    {
        const string Words = " No room for more than a word on this.";
        var headings = task.Sections.Count > 0 ? task.Sections : TaskFamilies.DefaultSections(TaskFamilies.Of(task.Type));
        var best = Brief(0, "");
        if (TokenEstimate.Of(Brief(0, $"> {Report.Mark} is cut.\n")) > tokens) return best;
        for (var length = 0; length <= Words.Length; length++)
        {
            var text = Brief(length, $"> {Report.Mark} is cut.\n");
            if (TokenEstimate.Of(text) > tokens) break;
            best = text;
        }

        return best;

        string Brief(int length, string banner) =>
            banner + string.Concat(headings.Select(h => $"## {h}\n{(length > 0 ? Words[..length].Trim() + "\n" : "")}"));
    }

    private static string Filler(int tokens)
    {
        const string Words = " Thinking aloud, as a model does between its tools.";
        var text = new StringBuilder();
        var size = tokens * TokenEstimate.BytesPerToken;
        while (text.Length < size) text.Append(Words);
        return text.ToString(0, size);
    }
}
