using Awoc.Core.Budgets;

namespace Awoc.Core.Agents;

/// <summary>What an agent's stream says, in words that are the same for every agent.</summary>
public abstract record AgentEvent
{
    private AgentEvent()
    {
    }

    /// <summary>The agent has started (or begun a new turn of) its session.</summary>
    public sealed record Session(string Id, string? Model, string? Version) : AgentEvent;

    /// <param name="SubAgent">Said by a sub-agent, not by the main thread.</param>
    public sealed record Text(string Value, bool SubAgent = false) : AgentEvent;

    public sealed record Thinking(string Value) : AgentEvent;

    /// <summary>
    /// A piece of an answer of the main thread while it comes. What it belongs to comes whole later, as <see cref="Text"/> or
    /// <see cref="ToolCall"/>, unless it is cut: then the pieces are all there is.
    /// </summary>
    /// <param name="Block">The block of the message it belongs to; a block of a new message begins with <see cref="PieceKind.Begin"/>.</param>
    /// <param name="Value">Text, or a part of the call's arguments as JSON; for <see cref="PieceKind.Begin"/> the tool's name, empty for text.</param>
    public sealed record Piece(PieceKind Kind, int Block, string Value) : AgentEvent;

    /// <summary>The agent's own list of what it has to do, whole, each time it changes.</summary>
    public sealed record TodoList(IReadOnlyList<TodoItem> Items) : AgentEvent;

    /// <param name="Input">The call's arguments as JSON; of a cut call as much of it as came.</param>
    /// <param name="Cut">A length limit ended the answer in the midst of the call: the tool was not run.</param>
    public sealed record ToolCall(string Id, string Name, string Input, bool SubAgent = false, bool Cut = false) : AgentEvent;

    public sealed record ToolResult(string Id, bool IsError, string Value, bool SubAgent = false) : AgentEvent;

    /// <summary>A sub-agent of the main thread is done.</summary>
    /// <param name="Error">What its model call failed with; null when it did its work.</param>
    public sealed record SubAgentEnd(string? Error) : AgentEvent;

    /// <summary>Cumulative for the process, all sub-agents included.</summary>
    public sealed record UsageReport(Usage Usage) : AgentEvent;

    /// <summary>The agent waits and asks the model API again by itself.</summary>
    public sealed record Retry(int Attempt, int Max, TimeSpan Delay, int? Status, string? Error) : AgentEvent;

    /// <summary>A usage window of the account.</summary>
    public sealed record Limit(string Status, DateTimeOffset? ResetsAt, string? Kind) : AgentEvent
    {
        /// <summary>From 0 to 1; null where the agent does not say.</summary>
        public double? Used { get; init; }
    }

    /// <summary>The agent asks for leave to call a tool, and waits.</summary>
    /// <param name="Id">Of the request, for the answer.</param>
    /// <param name="Value">The call's arguments as JSON.</param>
    public sealed record Question(string Id, string Tool, string Value) : AgentEvent;

    /// <summary>A model call failed for good; the class is the agent's own word for it.</summary>
    public sealed record ApiError(string Class, string Message) : AgentEvent;

    /// <summary>The end of a turn. The last one before the end of the stream counts.</summary>
    public sealed record End : AgentEvent
    {
        /// <summary>The agent's own word: <c>success</c>, <c>error_max_turns</c>…</summary>
        public required string Kind { get; init; }

        public required bool IsError { get; init; }
        public string Answer { get; init; } = "";
        public int? ApiStatus { get; init; }
        public string? StopReason { get; init; }
        public string? TerminalReason { get; init; }

        /// <summary>Names of the tools the agent wanted and was not given.</summary>
        public IReadOnlyList<string> Denials { get; init; } = [];

        /// <summary>The agent's structured output as JSON; null where it gave none.</summary>
        public string? StructuredOutput { get; init; }

        public bool HasStructuredOutput => StructuredOutput is not null;

        /// <summary>A structured output was asked for: without one the end is no success.</summary>
        public bool SchemaAsked { get; init; }

        public Usage? Usage { get; init; }
    }

    /// <summary>A line that is not understood: kept, never fatal.</summary>
    public sealed record Unknown(string Raw) : AgentEvent;
}

public enum PieceKind
{
    Begin,
    Text,
    Thinking,
    Input,
}

/// <param name="Status">The agent's own word, such as <c>pending</c>, <c>in_progress</c>, <c>completed</c>.</param>
public sealed record TodoItem(string Text, string Status);
