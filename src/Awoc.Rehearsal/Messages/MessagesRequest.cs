using System.Text.Json;

namespace Awoc.Rehearsal.Messages;

/// <summary>What the planner and the scenarios need of a Messages API request. The root keeps the rest.</summary>
internal sealed record MessagesRequest
{
    public required JsonElement Root { get; init; }

    public required string Model { get; init; }

    /// <summary>Absent only for <c>count_tokens</c>.</summary>
    public int? MaxTokens { get; init; }

    public bool Stream { get; init; }

    public string System { get; init; } = "";

    public IReadOnlyList<Message> Messages { get; init; } = [];

    public IReadOnlyList<Tool> Tools { get; init; } = [];

    public ToolChoice ToolChoice { get; init; } = new("auto", null);

    public IReadOnlyList<string> StopSequences { get; init; } = [];

    /// <summary>Tools that may be called in this request's answer.</summary>
    public IReadOnlyList<Tool> CallableTools => ToolChoice.Type == "none" ? [] : Tools;

    /// <summary>Tools are there, but none may be called: whoever asks wants words.</summary>
    public bool WantsWords => Tools.Count > 0 && ToolChoice.Type == "none";

    /// <summary>It turns thinking off, so that an answer has no thinking in it.</summary>
    public bool ForbidsThinking =>
        Root.TryGetProperty("thinking", out var thinking) && thinking.ValueKind == JsonValueKind.Object
        && thinking.TryGetProperty("type", out var type) && type.ValueEquals("disabled");
}

internal sealed record Message(string Role, IReadOnlyList<Block> Blocks);

internal sealed record Tool(string Name, JsonElement? Schema);

/// <param name="Type">auto, any, tool or none.</param>
/// <param name="Name">The tool asked for, with type tool.</param>
internal sealed record ToolChoice(string Type, string? Name);

internal abstract record Block
{
    private Block()
    {
    }

    internal sealed record Text(string Value) : Block;

    internal sealed record Thinking(string Value) : Block;

    internal sealed record ToolUse(string Id, string Name, JsonElement Input) : Block;

    /// <param name="Content">Its text parts, joined.</param>
    internal sealed record ToolResult(string ToolUseId, string Content, bool IsError) : Block;

    /// <summary>An image, a document, a server tool's block: counted as input, not read.</summary>
    internal sealed record Other(string Type) : Block;
}
