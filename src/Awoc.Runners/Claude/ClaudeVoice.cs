using System.Text.Json;
using Awoc.Core.Agents;

namespace Awoc.Runners.Claude;

/// <summary>Claude Code's stream-json input: user messages and control requests, one a line.</summary>
internal sealed class ClaudeVoice : IAgentVoice
{
    public string Interrupt => """{"type":"control_request","request_id":"awoc-interrupt","request":{"subtype":"interrupt"}}""";

    public IReadOnlyList<string> Say(string message) => [ClaudeLaunch.UserMessage(message)];

    public IReadOnlyList<string> Report(string message) =>
    [
        $$$"""{"type":"control_request","request_id":"{{{IAgentVoice.ReportMark}}}","request":{"subtype":"set_max_thinking_tokens","max_thinking_tokens":0}}""",
        ClaudeLaunch.UserMessage(message),
    ];

    public bool BeginsTurn(string line) => line.StartsWith("""{"type":"user",""", StringComparison.Ordinal);

    public bool Asks => true;

    public string? Answered(string line)
    {
        const string Start = """{"type":"control_response","response":{"subtype":"success","request_id":""";
        if (!line.StartsWith(Start, StringComparison.Ordinal)) return null;
        using var document = JsonDocument.Parse(line);
        return document.RootElement.Member("response")?.Text("request_id");
    }

    // {"type":"control_response","response":{"subtype":"success","request_id":"…","response":{"behavior":"allow","updatedInput":{…}}}}
    public string Answer(AgentEvent.Question question, bool allow, string? message)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "control_response"u8);
            json.WriteStartObject("response"u8);
            json.WriteString("subtype"u8, "success"u8);
            json.WriteString("request_id"u8, question.Id);
            json.WriteStartObject("response"u8);
            json.WriteString("behavior"u8, allow ? "allow"u8 : "deny"u8);
            if (allow)
            {
                json.WritePropertyName("updatedInput"u8);
                json.WriteRawValue(question.Value.Length > 0 ? question.Value : "{}");
            }
            else
            {
                json.WriteString("message"u8, message ?? "The user did not allow it.");
            }

            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
