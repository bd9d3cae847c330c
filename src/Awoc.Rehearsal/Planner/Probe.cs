using System.Text;
using System.Text.Json;
using Awoc.Rehearsal.Messages;

namespace Awoc.Rehearsal.Planner;

/// <summary>One thing to find out, and the calls that can find it out, best first.</summary>
internal sealed record Probe(string Name, IReadOnlyList<ToolCall> Alternatives)
{
    /// <summary>The first good result, if there is one yet.</summary>
    public Call? Result(Conversation conversation) =>
        Alternatives.SelectMany(a => conversation.Calls.Where(c => !c.IsError && a.Made(c))).FirstOrDefault();

    /// <summary>The call to make next; null when it is answered, or when every way was tried.</summary>
    public ToolCall? Next(Conversation conversation) => Result(conversation) is not null
        ? null
        : Alternatives.FirstOrDefault(a => conversation.Offers(a.Tool) && !a.IsExhausted(conversation));
}

/// <summary>A tool with its input. Two calls are the same when tool and identifying input are.</summary>
internal sealed record ToolCall(string Tool, IReadOnlyList<(string Name, object Value)> Input)
{
    /// <summary>A refused tool will be refused again.</summary>
    private static readonly string[] s_refusals = ["permission", "denied", "not allowed", "not available", "no such tool", "requires approval", "disabled"];

    public string Json => Encoding.UTF8.GetString(WireFormat.Json(writer =>
    {
        writer.WriteStartObject();
        foreach (var (name, value) in Input)
        {
            switch (value)
            {
                case string text: writer.WriteString(name, text); break;
                case int number: writer.WriteNumber(name, number); break;
                case bool flag: writer.WriteBoolean(name, flag); break;
            }
        }

        writer.WriteEndObject();
    }));

    public int Tokens => TokenEstimate.Of(Json);

    public ReplyBlock Block => new ReplyBlock.ToolUse(Tool, Json);

    public static ToolCall Bash(string command, string description) => new("Bash", [("command", command), ("description", description)]);

    public bool Made(Call call) =>
        call.Tool == Tool && Input.All(i => i.Name == "description" || Same(call.Input, i.Name, i.Value));

    /// <summary>Failed or refused once; but a call that failed only because a parallel one did may be made again.</summary>
    public bool IsExhausted(Conversation conversation)
    {
        var failed = conversation.Calls.Where(c => c.IsError && Made(c)).ToList();
        return failed.Count >= 2 || failed.Any(c => !IsForASiblingsSake(c)) || IsRefused(conversation, Tool);
    }

    private static bool IsForASiblingsSake(Call call) =>
        call.Result.Contains("sibling", StringComparison.OrdinalIgnoreCase) || call.Result.Contains("parallel tool call", StringComparison.OrdinalIgnoreCase);

    public static bool IsRefused(Conversation conversation, string tool) =>
        conversation.Calls.Any(c => c.IsError && c.Tool == tool && s_refusals.Any(r => c.Result.Contains(r, StringComparison.OrdinalIgnoreCase)));

    private static bool Same(JsonElement input, string name, object value) => input.TryGetProperty(name, out var given) && value switch
    {
        string text => given.ValueKind == JsonValueKind.String && given.GetString() == text,
        int number => given.ValueKind == JsonValueKind.Number && given.TryGetInt32(out var n) && n == number,
        bool flag => given.ValueKind == (flag ? JsonValueKind.True : JsonValueKind.False),
        _ => false,
    };
}
