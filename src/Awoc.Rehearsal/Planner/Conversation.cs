using System.Text;
using System.Text.RegularExpressions;
using Awoc.Rehearsal.Messages;

namespace Awoc.Rehearsal.Planner;

/// <summary>What a request's messages tell: the prompt, the calls made so far and their results, how many answers there were.</summary>
internal sealed partial class Conversation
{
    public Conversation(MessagesRequest request)
    {
        Request = request;
        var prompts = new List<(int Message, string Text)>();
        var later = new StringBuilder();
        for (var i = 0; i < request.Messages.Count; i++)
        {
            if (request.Messages[i].Role == "assistant") continue;
            var text = string.Join("\n", request.Messages[i].Blocks.OfType<Block.Text>().Select(b => Unwrap(b.Value)).Where(t => t.Length > 0));
            if (text.Length == 0) continue;
            if (prompts.Count > 0) later.AppendLine(text);
            if (request.Messages[i].Role == "user") prompts.Add((i, text));
        }

        LaterWords = later.ToString();
        FirstPrompt = prompts.Count > 0 ? prompts[0].Text : "";
        LastPrompt = prompts.Count > 0 ? prompts[^1].Text : "";
        Task = TaskPrompt.Parse(FirstPrompt);

        // The last marker a person wrote wins, so that a conversation that is resumed can go on under another scenario.
        foreach (var (message, text) in prompts)
        {
            if (Marker().Match(text) is not { Success: true } match) continue;
            ScenarioMarker = match.Groups["name"].Value;
            ScenarioStart = message;
        }

        Calls = ReadCalls(request.Messages);
        MovedOutput = Moved().Matches(LaterWords) is [.., var last] ? last.Groups["path"].Value : null;
    }

    public MessagesRequest Request { get; }

    /// <summary>The first thing the user said, without the reminders that agents wrap around it.</summary>
    public string FirstPrompt { get; }

    public string LastPrompt { get; }

    /// <summary>What the user and the agent program said after the first message.</summary>
    public string LaterWords { get; }

    public TaskPrompt? Task { get; }

    /// <summary>The task that this conversation serves: its own prompt's, or for a sub-agent that of the main thread.</summary>
    public TaskPrompt? OwnTask => Task ?? MainTask;

    /// <summary>For a sub-agent's conversation: the task of its session's main thread, where it was seen.</summary>
    public TaskPrompt? MainTask { get; init; }

    /// <summary>Where the output goes: what a resumed attempt was told last outranks the task's first prompt.</summary>
    public string? OutputFile => MovedOutput ?? OwnTask?.OutputFile;

    private string? MovedOutput { get; }

    /// <summary>The scenario named by <c>[[rehearse:NAME]]</c>, if any.</summary>
    public string? ScenarioMarker { get; }

    /// <summary>Index of the message that holds the marker.</summary>
    public int ScenarioStart { get; }

    public IReadOnlyList<Call> Calls { get; }

    /// <summary>Tokens the model has said up to now, by the figures of <see cref="TokenEstimate"/>.</summary>
    public int SpokenTokens => Request.Messages.Where(m => m.Role == "assistant").SelectMany(m => m.Blocks).Sum(b => b switch
    {
        Block.Text text => TokenEstimate.Of(text.Value),
        Block.Thinking thinking => TokenEstimate.Of(thinking.Value),
        Block.ToolUse use => TokenEstimate.Of(use.Input.GetRawText()),
        _ => 0,
    });

    /// <summary>
    /// Answers of the model after message <paramref name="from"/>; neighbouring assistant messages are one. What an agent
    /// program put there itself is none, nor is a report given in place of a step, nor a tool call that a limit cut and a new
    /// message followed: so a conversation that is taken up again goes on with the step that was not done.
    /// </summary>
    public int AnswersAfter(int from)
    {
        var count = 0;
        for (var i = from; i < Request.Messages.Count;)
        {
            if (Request.Messages[i].Role != "assistant")
            {
                i++;
                continue;
            }

            var blocks = new List<Block>();
            for (; i < Request.Messages.Count && Request.Messages[i].Role == "assistant"; i++) blocks.AddRange(Request.Messages[i].Blocks);
            if (IsStep(blocks, isTakenUpAgain: IsMessage(i))) count++;
        }

        return count;
    }

    /// <summary>Somebody's words, and not the tools' results alone.</summary>
    private bool IsMessage(int at) => Request.Messages.Skip(at).TakeWhile(m => m.Role == "user")
        .SelectMany(m => m.Blocks).OfType<Block.Text>().Any(t => !t.Value.StartsWith("<system-reminder>", StringComparison.Ordinal));

    private static bool IsStep(List<Block> blocks, bool isTakenUpAgain)
    {
        // {"__unparsedToolInput":{"raw":"{\"command\":\"ec"}}: Claude Code's record of an input that ended in the middle.
        if (isTakenUpAgain && blocks.OfType<Block.ToolUse>().Any(u => u.Input.TryGetProperty("__unparsedToolInput", out _))) return false;
        return blocks.Any(b => b is not Block.Text text || !IsAside(text.Value));
    }

    /// <summary>Words of the agent program (the first three are Claude Code's), or of a report that was asked for.</summary>
    private static bool IsAside(string text) =>
        text is "No response requested." or "(no content)"
        || text.StartsWith("API Error", StringComparison.Ordinal)
        || text.Contains(Report.Mark, StringComparison.Ordinal)
        || string.IsNullOrWhiteSpace(text);

    public bool Offers(string tool) => Request.CallableTools.Any(t => t.Name == tool);

    private static List<Call> ReadCalls(IReadOnlyList<Message> messages)
    {
        var results = new Dictionary<string, Block.ToolResult>(StringComparer.Ordinal);
        foreach (var result in messages.SelectMany(m => m.Blocks).OfType<Block.ToolResult>()) results[result.ToolUseId] = result;
        return
        [
            .. messages.SelectMany(m => m.Blocks).OfType<Block.ToolUse>()
                .Where(u => results.ContainsKey(u.Id))
                .Select(u => new Call(u.Name, u.Input, results[u.Id].Content, results[u.Id].IsError)),
        ];
    }

    private static string Unwrap(string text) => Reminder().Replace(text, "").Trim();

    // "The output goes to /home/me/.awoc/…/attempts/2/out/report.md now, not to …"
    [GeneratedRegex(@"^The output goes to (?<path>\S[^\r\n]*?) now[,.]", RegexOptions.Multiline)]
    private static partial Regex Moved();

    [GeneratedRegex(@"<system-reminder>.*?(</system-reminder>|\z)", RegexOptions.Singleline)]
    private static partial Regex Reminder();

    [GeneratedRegex(@"\[\[rehearse:(?<name>[^\]\r\n]{1,200})\]\]", RegexOptions.RightToLeft)]
    private static partial Regex Marker();
}

/// <summary>A tool call and its result.</summary>
internal sealed record Call(string Tool, System.Text.Json.JsonElement Input, string Result, bool IsError)
{
    public string? Text(string property) =>
        Input.TryGetProperty(property, out var value) && value.ValueKind == System.Text.Json.JsonValueKind.String ? value.GetString() : null;
}
