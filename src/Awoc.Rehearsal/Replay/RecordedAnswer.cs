using System.Text;
using System.Text.Json;

namespace Awoc.Rehearsal.Replay;

/// <summary>What came back for one call, streamed or whole.</summary>
internal sealed record RecordedAnswer
{
    public static RecordedAnswer None { get; } = new();

    public IReadOnlyList<RecordedBlock> Blocks { get; init; } = [];

    /// <summary>The message has begun, whether or not it came to its end.</summary>
    public bool HasBegun { get; init; }

    public bool IsWhole { get; init; }

    public string? StopReason { get; init; }

    public int? Input { get; init; }

    public int? CacheRead { get; init; }

    public int? CacheWrite { get; init; }

    /// <summary>As the answer's end says; null where it was not seen.</summary>
    public int? Output { get; init; }

    public string? ErrorType { get; init; }

    public string? ErrorMessage { get; init; }

    /// <summary>Types of blocks that a scenario cannot say.</summary>
    public IReadOnlyList<string> Unknown { get; init; } = [];
}

/// <param name="Kind"><c>text</c>, <c>thinking</c> or <c>tool_use</c>.</param>
/// <param name="Content">The text, or the tool's input as JSON, which may break off.</param>
/// <param name="Name">The tool's.</param>
internal sealed record RecordedBlock(string Kind, string Content, string? Name = null);

/// <summary>Puts an answer together from a message, an error or a stream's events.</summary>
internal static class AnswerReader
{
    public static RecordedAnswer Read(JsonElement response) => response.ValueKind switch
    {
        JsonValueKind.String => OfStream(response.GetString()!),
        JsonValueKind.Object => OfMessage(response),
        _ => RecordedAnswer.None,
    };

    private static RecordedAnswer OfMessage(JsonElement message)
    {
        if (message.TryGetProperty("error", out var error)) return WithError(RecordedAnswer.None, error);
        var stream = new StreamState();
        stream.Begin(message);
        if (message.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.Array)
        {
            foreach (var block in content.EnumerateArray()) stream.Start(block);
        }

        stream.End(message);
        return stream.Answer(isWhole: true);
    }

    private static RecordedAnswer OfStream(string text)
    {
        var stream = new StreamState();
        JsonElement? error = null;
        foreach (var line in text.Split('\n'))
        {
            // data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}
            if (!line.StartsWith("data:", StringComparison.Ordinal)) continue;
            JsonDocument document;
            try
            {
                document = JsonDocument.Parse(line[5..]);
            }
            catch (JsonException)
            {
                // The line at which the stream broke off.
                continue;
            }

            using (document)
            {
                if (Text(document.RootElement, "type") == "error") error = document.RootElement.GetProperty("error").Clone();
                else stream.Read(document.RootElement);
            }
        }

        var answer = stream.Answer(isWhole: false);
        return error is { } e ? WithError(answer, e) : answer;
    }

    private static RecordedAnswer WithError(RecordedAnswer answer, JsonElement error) => error.ValueKind == JsonValueKind.Object
        ? answer with { ErrorType = Text(error, "type"), ErrorMessage = Text(error, "message") }
        : answer with { ErrorMessage = error.ToString() };

    private static string? Text(JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private sealed class StreamState
    {
        private readonly List<(string Kind, string? Name, StringBuilder Content, string? Given)> _blocks = [];
        private RecordedAnswer _answer = RecordedAnswer.None;

        public void Read(JsonElement data)
        {
            switch (Text(data, "type"))
            {
                case "message_start" when data.TryGetProperty("message", out var message):
                    Begin(message);
                    break;
                case "content_block_start" when data.TryGetProperty("content_block", out var block):
                    Start(block);
                    break;
                case "content_block_delta" when data.TryGetProperty("delta", out var delta) && _blocks.Count > 0:
                    _blocks[^1].Content.Append(Text(delta, "text") ?? Text(delta, "thinking") ?? Text(delta, "partial_json"));
                    break;
                case "message_delta":
                    if (data.TryGetProperty("delta", out var end)) End(end);
                    ReadUsage(data, ends: true);
                    break;
                case "message_stop":
                    _answer = _answer with { IsWhole = true };
                    break;
            }
        }

        public void Begin(JsonElement message)
        {
            _answer = _answer with { HasBegun = true };
            ReadUsage(message, ends: false);
        }

        public void Start(JsonElement block)
        {
            var kind = Text(block, "type") ?? "unknown";
            var given = kind == "tool_use" && block.TryGetProperty("input", out var input) ? input.GetRawText() : null;
            _blocks.Add((kind, Text(block, "name"), new StringBuilder(Text(block, "text") ?? Text(block, "thinking")), given));
        }

        public void End(JsonElement delta)
        {
            _answer = _answer with { StopReason = Text(delta, "stop_reason") ?? _answer.StopReason };
            ReadUsage(delta, ends: true);
        }

        public RecordedAnswer Answer(bool isWhole) => _answer with
        {
            IsWhole = isWhole || _answer.IsWhole,
            Blocks =
            [
                .. _blocks.Where(b => IsKnown(b.Kind))
                    .Select(b => new RecordedBlock(b.Kind, b.Content.Length > 0 ? b.Content.ToString() : b.Given ?? "", b.Name))
                    .Where(b => b.Content.Length > 0 || b.Kind == "tool_use"),
            ],
            Unknown = [.. _blocks.Where(b => !IsKnown(b.Kind)).Select(b => b.Kind)],
        };

        private static bool IsKnown(string kind) => kind is "text" or "thinking" or "tool_use";

        private void ReadUsage(JsonElement owner, bool ends)
        {
            if (!owner.TryGetProperty("usage", out var usage) || usage.ValueKind != JsonValueKind.Object) return;
            _answer = _answer with
            {
                Input = Number(usage, "input_tokens") ?? _answer.Input,
                CacheRead = Number(usage, "cache_read_input_tokens") ?? _answer.CacheRead,
                CacheWrite = Number(usage, "cache_creation_input_tokens") ?? _answer.CacheWrite,
                // The figure at the beginning counts a token or so: it is no account of the answer.
                Output = ends ? Number(usage, "output_tokens") ?? _answer.Output : _answer.Output,
            };
        }

        private static int? Number(JsonElement usage, string name) =>
            usage.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 0 ? number : null;
    }
}
