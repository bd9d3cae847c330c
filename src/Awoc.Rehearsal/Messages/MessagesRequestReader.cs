using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Awoc.Rehearsal.Messages;

/// <summary>
/// Reads a request and checks what the API checks. Its first fault is the answer, in the API's own words, so that a client
/// which parses them behaves here as it would there.
/// </summary>
internal sealed class MessagesRequestReader
{
    private readonly bool _systemRoleAllowed;
    private ApiError? _error;

    private MessagesRequestReader(bool systemRoleAllowed) => _systemRoleAllowed = systemRoleAllowed;

    /// <param name="root">The body.</param>
    /// <param name="betas">The <c>anthropic-beta</c> header.</param>
    /// <param name="counting">A <c>count_tokens</c> request: it has no <c>max_tokens</c>.</param>
    /// <param name="error">The first fault, when null is returned.</param>
    public static MessagesRequest? Read(JsonElement root, string betas, bool counting, out ApiError? error)
    {
        var reader = new MessagesRequestReader(betas.Contains("mid-conversation-system", StringComparison.Ordinal));
        var request = reader.ReadRequest(root, counting);
        error = reader._error;
        return error is null ? request : null;
    }

    private MessagesRequest? ReadRequest(JsonElement root, bool counting)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            Fault("Input should be a valid dictionary or object");
            return null;
        }

        var model = String(root, "model", "model", required: true);
        var maxTokens = counting ? null : MaxTokens(root);
        var messages = Messages(root);
        var tools = Tools(root);
        var choice = Choice(root, tools);
        if (maxTokens is { } max) CheckThinking(root, max);
        if (_error is null && CacheMarks.FaultIn(root) is { } fault) Fault(fault);
        if (_error is not null) return null;

        return new MessagesRequest
        {
            Root = root,
            Model = model!,
            MaxTokens = maxTokens,
            Stream = Bool(root, "stream", "stream"),
            System = SystemText(root),
            Messages = messages,
            Tools = tools,
            ToolChoice = choice,
            StopSequences = StopSequences(root),
        };
    }

    private int? MaxTokens(JsonElement root)
    {
        if (!root.TryGetProperty("max_tokens", out var value))
        {
            Fault("max_tokens: Field required");
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out var max))
        {
            Fault("max_tokens: Input should be a valid integer");
            return null;
        }

        if (max < 1) Fault("max_tokens: must be greater than or equal to 1");
        return max;
    }

    private List<Message> Messages(JsonElement root)
    {
        var messages = new List<Message>();
        if (!root.TryGetProperty("messages", out var array))
        {
            Fault("messages: Field required");
            return messages;
        }

        if (array.ValueKind != JsonValueKind.Array)
        {
            Fault("messages: Input should be a valid list");
            return messages;
        }

        var index = 0;
        foreach (var item in array.EnumerateArray())
        {
            if (ReadMessage(item, index++) is { } message) messages.Add(message);
            if (_error is not null) return messages;
        }

        if (messages.Count == 0) Fault("messages: at least one message is required");
        else if (messages[0].Role == "assistant") Fault("messages: first message must use the \"user\" role");
        else CheckToolPairs(messages);
        return messages;
    }

    private Message? ReadMessage(JsonElement item, int index)
    {
        var at = Invariant($"messages.{index}");
        if (item.ValueKind != JsonValueKind.Object)
        {
            Fault($"{at}: Input should be a valid dictionary or object");
            return null;
        }

        var role = String(item, "role", $"{at}.role", required: true);
        if (role is null) return null;
        if (role == "system" && (!_systemRoleAllowed || index == 0))
        {
            Fault("messages: Unexpected role \"system\". The Messages API accepts a top-level `system` parameter, not \"system\" as an input message role.");
            return null;
        }

        if (role is not ("user" or "assistant" or "system"))
        {
            Fault($"{at}.role: Input should be 'user' or 'assistant'");
            return null;
        }

        if (!item.TryGetProperty("content", out var content))
        {
            Fault($"{at}.content: Field required");
            return null;
        }

        var blocks = new List<Block>();
        switch (content.ValueKind)
        {
            case JsonValueKind.String:
                var text = content.GetString()!;
                if (text.Length == 0 && role != "assistant")
                    Fault($"{at}: {role} messages must have non-empty content");
                blocks.Add(new Block.Text(text));
                break;
            case JsonValueKind.Array:
                var number = 0;
                foreach (var block in content.EnumerateArray())
                {
                    if (ReadBlock(block, role, Invariant($"{at}.content.{number++}")) is { } read) blocks.Add(read);
                    if (_error is not null) return null;
                }

                if (blocks.Count == 0 && role != "assistant") Fault($"{at}: {role} messages must have non-empty content");
                break;
            default:
                Fault($"{at}.content: Input should be a valid string or list");
                break;
        }

        return new Message(role, blocks);
    }

    private Block? ReadBlock(JsonElement block, string role, string at)
    {
        if (block.ValueKind != JsonValueKind.Object)
        {
            Fault($"{at}: Input should be a valid dictionary or object");
            return null;
        }

        var type = String(block, "type", $"{at}.type", required: true);
        switch (type)
        {
            case null:
                return null;
            case "text":
                var text = String(block, "text", $"{at}.text.text", required: true);
                if (text is { Length: 0 }) Fault("messages: text content blocks must be non-empty");
                return text is null ? null : new Block.Text(text);
            case "thinking":
                return new Block.Thinking(String(block, "thinking", $"{at}.thinking.thinking", required: true) ?? "");
            case "tool_use":
                if (role != "assistant") Fault($"{at}: `tool_use` blocks can only be in `assistant` messages");
                var id = String(block, "id", $"{at}.tool_use.id", required: true);
                var name = String(block, "name", $"{at}.tool_use.name", required: true);
                if (!block.TryGetProperty("input", out var input)) Fault($"{at}.tool_use.input: Field required");
                else if (input.ValueKind != JsonValueKind.Object) Fault($"{at}.tool_use.input: Input should be a valid dictionary");
                return id is null || name is null ? null : new Block.ToolUse(id, name, input);
            case "tool_result":
                if (role != "user") Fault($"{at}: `tool_result` blocks can only be in `user` messages");
                var use = String(block, "tool_use_id", $"{at}.tool_result.tool_use_id", required: true);
                return use is null ? null : new Block.ToolResult(use, ResultText(block), Bool(block, "is_error", $"{at}.tool_result.is_error"));
            default:
                return new Block.Other(type);
        }
    }

    /// <summary>Every call is answered in the very next message, and every answer has its call in the one before.</summary>
    private void CheckToolPairs(List<Message> messages)
    {
        // Neighbours of one role count as one turn, as the API merges them.
        for (var i = 0; i < messages.Count; i++)
        {
            var calls = messages[i].Blocks.OfType<Block.ToolUse>().Select(u => u.Id).ToList();
            if (calls.Count == 0) continue;
            var answers = new HashSet<string>(StringComparer.Ordinal);
            var next = i + 1;
            while (next < messages.Count && messages[next].Role == "assistant") next++;
            for (; next < messages.Count && messages[next].Role != "assistant"; next++)
                answers.UnionWith(messages[next].Blocks.OfType<Block.ToolResult>().Select(r => r.ToolUseId));
            var missing = calls.Where(c => !answers.Contains(c)).ToList();
            if (missing.Count > 0)
            {
                Fault($"messages.{i}: `tool_use` ids were found without `tool_result` blocks immediately after: {string.Join(", ", missing)}. " +
                    "Each `tool_use` block must have a corresponding `tool_result` block in the next message.");
                return;
            }
        }

        var open = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < messages.Count; i++)
        {
            if (messages[i].Role == "assistant")
            {
                if (i == 0 || messages[i - 1].Role != "assistant") open.Clear();
                open.UnionWith(messages[i].Blocks.OfType<Block.ToolUse>().Select(u => u.Id));
                continue;
            }

            for (var b = 0; b < messages[i].Blocks.Count; b++)
            {
                if (messages[i].Blocks[b] is Block.ToolResult result && !open.Contains(result.ToolUseId))
                {
                    Fault($"messages.{i}.content.{b}: unexpected `tool_use_id` found in `tool_result` blocks: {result.ToolUseId}. " +
                        "Each `tool_result` block must have a corresponding `tool_use` block in the previous message.");
                    return;
                }
            }
        }
    }

    private List<Tool> Tools(JsonElement root)
    {
        var tools = new List<Tool>();
        if (!root.TryGetProperty("tools", out var array) || array.ValueKind == JsonValueKind.Null) return tools;
        if (array.ValueKind != JsonValueKind.Array)
        {
            Fault("tools: Input should be a valid list");
            return tools;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in array.EnumerateArray())
        {
            var at = Invariant($"tools.{tools.Count}");
            var name = item.ValueKind == JsonValueKind.Object ? String(item, "name", $"{at}.custom.name", required: true) : null;
            if (name is null)
            {
                Fault($"{at}: Input should be a valid dictionary or object");
                return tools;
            }

            if (!names.Add(name)) Fault("tools: Tool names must be unique.");

            // Only the API's own tools, which name their type, come without a schema.
            var hasSchema = item.TryGetProperty("input_schema", out var schema);
            if (!hasSchema && (!item.TryGetProperty("type", out var type) || type.ValueEquals("custom")))
                Fault($"{at}.custom.input_schema: Field required");
            tools.Add(new Tool(name, hasSchema ? schema : null));
        }

        return tools;
    }

    private ToolChoice Choice(JsonElement root, List<Tool> tools)
    {
        if (!root.TryGetProperty("tool_choice", out var choice) || choice.ValueKind == JsonValueKind.Null) return new("auto", null);
        if (choice.ValueKind != JsonValueKind.Object)
        {
            Fault("tool_choice: Input should be a valid dictionary or object");
            return new("auto", null);
        }

        var type = String(choice, "type", "tool_choice.type", required: true);
        var name = type == "tool" ? String(choice, "name", "tool_choice.tool.name", required: true) : null;
        if (type is not (null or "auto" or "any" or "tool" or "none"))
            Fault($"tool_choice: Input tag '{type}' found using 'type' does not match any of the expected tags: 'any', 'auto', 'none', 'tool'");
        else if (type != "none" && tools.Count == 0)
            Fault("tool_choice: tool_choice may only be specified while providing tools.");
        else if (name is not null && tools.All(t => t.Name != name))
            Fault($"Tool '{name}' not found in provided tools");
        return new ToolChoice(type ?? "auto", name);
    }

    private void CheckThinking(JsonElement root, int maxTokens)
    {
        if (!root.TryGetProperty("thinking", out var thinking) || thinking.ValueKind != JsonValueKind.Object) return;
        if (!thinking.TryGetProperty("type", out var type) || !type.ValueEquals("enabled")) return;
        if (!thinking.TryGetProperty("budget_tokens", out var value) || !value.TryGetInt32(out var budget))
            Fault("thinking.enabled.budget_tokens: Field required");
        else if (budget < 1024)
            Fault("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024");
        else if (maxTokens <= budget)
            Fault("`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size");
    }

    private static string SystemText(JsonElement root)
    {
        if (!root.TryGetProperty("system", out var system)) return "";
        if (system.ValueKind == JsonValueKind.String) return system.GetString()!;
        return system.ValueKind == JsonValueKind.Array ? JoinTexts(system) : "";
    }

    private static List<string> StopSequences(JsonElement root)
    {
        if (!root.TryGetProperty("stop_sequences", out var array) || array.ValueKind != JsonValueKind.Array) return [];
        return [.. array.EnumerateArray().Where(s => s.ValueKind == JsonValueKind.String).Select(s => s.GetString()!).Where(s => s.Length > 0)];
    }

    private static string ResultText(JsonElement block)
    {
        if (!block.TryGetProperty("content", out var content)) return "";
        if (content.ValueKind == JsonValueKind.String) return content.GetString()!;
        return content.ValueKind == JsonValueKind.Array ? JoinTexts(content) : "";
    }

    private static string JoinTexts(JsonElement array)
    {
        var text = new StringBuilder();
        foreach (var part in array.EnumerateArray())
        {
            if (part.ValueKind != JsonValueKind.Object || !part.TryGetProperty("text", out var value)) continue;
            if (value.ValueKind != JsonValueKind.String) continue;
            if (text.Length > 0) text.Append('\n');
            text.Append(value.GetString());
        }

        return text.ToString();
    }

    private string? String(JsonElement owner, string name, string at, bool required)
    {
        if (!owner.TryGetProperty(name, out var value))
        {
            if (required) Fault($"{at}: Field required");
            return null;
        }

        if (value.ValueKind == JsonValueKind.String) return value.GetString();
        Fault($"{at}: Input should be a valid string");
        return null;
    }

    private bool Bool(JsonElement owner, string name, string at)
    {
        if (!owner.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return false;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        Fault($"{at}: Input should be a valid boolean");
        return false;
    }

    private void Fault(string message) => _error ??= ApiError.Invalid(message);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
