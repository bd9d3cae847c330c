using System.Text.Json;

namespace Awoc.AgentHost.Tools;

/// <summary>One tool of the agent, by the name and the input that models know from Claude Code.</summary>
internal interface ITool
{
    string Name { get; }

    string Description { get; }

    /// <summary>The JSON schema of the input.</summary>
    string Schema { get; }

    /// <summary>Never throws but for cancellation: a fault is a result that the model can act on.</summary>
    Task<ToolOutcome> RunAsync(JsonElement input, CancellationToken cancellation);
}

internal sealed record ToolOutcome(string Text, bool IsError = false)
{
    public static ToolOutcome Error(string text) => new(text, true);
}

/// <summary>A fault in what the model asked for; its message goes back to the model.</summary>
internal sealed class ToolFault(string message) : Exception(message);
