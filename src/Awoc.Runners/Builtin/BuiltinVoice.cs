using System.Text.Json;
using Awoc.Core.Agents;

namespace Awoc.Runners.Builtin;

/// <summary>awoc-agent's control lines on standard input.</summary>
internal sealed class BuiltinVoice : IAgentVoice
{
    public string Interrupt => """{"type":"interrupt_turn"}""";

    public IReadOnlyList<string> Say(string message) => [Line("message", "", message)];

    public IReadOnlyList<string> Report(string message) => [Line("report", IAgentVoice.ReportMark, message)];

    public bool BeginsTurn(string line) =>
        line.StartsWith("""{"type":"message",""", StringComparison.Ordinal) || line.StartsWith("""{"type":"report",""", StringComparison.Ordinal);

    // {"type":"report","id":"awoc-report","text":"…"}
    private static string Line(string type, string id, string text)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, type);
            if (id.Length > 0) json.WriteString("id"u8, id);
            json.WriteString("text"u8, text);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
