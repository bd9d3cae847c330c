using Awoc.Rehearsal.Messages;

namespace Awoc.Rehearsal.Planner;

/// <summary>
/// The rule-based planner: from a conversation to the next answer, with nothing remembered in between. It looks at the working
/// directory in a few rounds of tool calls, writes the report, and says so.
/// </summary>
internal static class RulePlanner
{
    /// <summary>For the words around a report and for the last message.</summary>
    private const int Reserve = 70;
    private const int MostLines = 8;

    private static readonly string[] s_hurry = ["report now", "wrap up", "write the report", "tokens are left", "tokens left"];

    public static Reply Next(Conversation conversation)
    {
        if (conversation.Task is not { } task) return Echo(conversation);
        var budget = PlannerBudget.Of(task.TokenBudget);
        var plan = ProbePlan.For(task, conversation, budget.Probes);
        if (!IsHurried(conversation) && NextRound(plan, conversation) is { } round) return round;

        var survey = Survey.Of(plan, conversation);
        if (conversation.Request.WantsWords) return RealisticPlanner.Spoken(conversation, PlannerFigures.DefaultReport, survey: survey);
        if (task.OutputFile is not { } file || Written(conversation, file) is null && !CanWrite(conversation, file))
            return Reply.OfText(Render(task, survey, Allowance(conversation, budget), text => text));

        if (Written(conversation, file) is not null)
            return StructuredOutput.Answer(conversation) ?? Reply.OfText(Closing(survey, file));

        if (ReadFirst(conversation, file) is { } read) return read;

        var content = Render(task, survey, Allowance(conversation, budget), text => WriteCall(file, text).Json);
        return new Reply([new ReplyBlock.Text("Writing the report."), WriteCall(file, content).Block]);
    }

    /// <summary>Somebody asked for the report in the middle of the work.</summary>
    public static bool IsHurried(Conversation conversation) =>
        s_hurry.Any(h => conversation.LaterWords.Contains(h, StringComparison.OrdinalIgnoreCase));

    public static Reply? NextRound(ProbePlan plan, Conversation conversation)
    {
        string[] words = ["Looking at what is there.", "Measuring and searching.", "Reading what the task is about."];
        for (var i = 0; i < plan.Rounds.Count; i++)
        {
            var calls = plan.Rounds[i].Select(p => p.Next(conversation)).OfType<ToolCall>().DistinctBy(c => c.Json).ToList();
            if (calls.Count == 0) continue;
            return new Reply([new ReplyBlock.Text(words[i]), .. calls.Select(c => c.Block)]);
        }

        return null;
    }

    /// <summary>What may still be said, by the task's budget and by this request's own limit.</summary>
    private static int Allowance(Conversation conversation, PlannerBudget budget)
    {
        var left = Math.Max(budget.Total - conversation.SpokenTokens - Reserve, 0);
        return Math.Min(left, conversation.Request.MaxTokens is { } max ? max - 16 : left);
    }

    /// <summary>The fullest report whose carrier, as <paramref name="carry"/> makes it, fits into so many tokens.</summary>
    public static string Render(TaskPrompt task, Survey survey, int tokens, Func<string, string> carry)
    {
        for (var lines = MostLines; lines > 0; lines--)
        {
            foreach (var brief in new[] { false, true })
            {
                var text = ReportFormat.Render(Report.Of(task, survey, lines), survey, task.OutputFile, brief);
                if (TokenEstimate.Of(carry(text)) <= tokens) return text;
            }
        }

        return ReportFormat.Render(Report.Of(task, survey, 0), survey, task.OutputFile, brief: true);
    }

    /// <summary>The Write tool wants an existing file read before it is replaced.</summary>
    public static Reply? ReadFirst(Conversation conversation, string file)
    {
        var read = new ToolCall("Read", [("file_path", file), ("limit", 1)]);
        return Refused(conversation, file).Any(c => c.Result.Contains("not been read", StringComparison.OrdinalIgnoreCase))
            && conversation.Offers("Read") && !conversation.Calls.Any(read.Made)
            ? new Reply([read.Block])
            : null;
    }

    public static ToolCall WriteCall(string file, string content) => new("Write", [("file_path", file), ("content", content)]);

    public static Call? Written(Conversation conversation, string file) =>
        conversation.Calls.LastOrDefault(c => c.Tool == "Write" && !c.IsError && c.Text("file_path") == file);

    public static IEnumerable<Call> Refused(Conversation conversation, string file) =>
        conversation.Calls.Where(c => c.Tool == "Write" && c.IsError && (c.Text("file_path") ?? file) == file);

    public static bool CanWrite(Conversation conversation, string file) =>
        conversation.Offers("Write") && !ToolCall.IsRefused(conversation, "Write") && Refused(conversation, file).Count() < 2;

    public static string Closing(Survey survey, string file)
    {
        var found = survey.Files is { } files ? $" It is made from {files} files seen by the tools." : " The budget left no room to look at the files.";
        return $"The rehearsed report is in {file}.{found} Rules wrote it, not a language model.";
    }

    private static Reply Echo(Conversation conversation)
    {
        var prompt = conversation.LastPrompt;
        var words = prompt.ReplaceLineEndings(" ");
        var opening = words.Length <= 80 ? words : words[..80].TrimEnd() + "…";
        var tools = conversation.Request.Tools.Count;
        return StructuredOutput.Answer(conversation) ?? Reply.OfText(
            $"This is AWOC's rule-based rehearsal planner, not a language model. It saw a prompt of {prompt.Length} characters, \"{opening}\", " +
            $"with {tools} tool{(tools == 1 ? "" : "s")} offered, and no AWOC task in it, so there is nothing to rehearse.");
    }
}
