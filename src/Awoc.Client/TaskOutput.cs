namespace Awoc.Client;

/// <summary>What a task produced. Dispose it: it holds a connection.</summary>
/// <param name="Content">The bytes as they are.</param>
/// <param name="Complete">False when the task was cut short, or still works on it.</param>
/// <param name="Path">The file they come from, when the daemon says so.</param>
public sealed record TaskOutput(Stream Content, bool Complete, string? Path) : IDisposable
{
    /// <summary>One sentence on what was left out to make it fit; null where it is whole.</summary>
    public string? LeftOut { get; init; }

    /// <inheritdoc/>
    public void Dispose() => Content.Dispose();
}

/// <summary>Which log of a task.</summary>
public enum TaskLog
{
    /// <summary>What a person reads: the agent's words and its tool calls.</summary>
    Execution,

    /// <summary>The agent's raw stream, one JSON object a line.</summary>
    Events,

    /// <summary>What the agent wrote to stderr.</summary>
    Stderr,

    /// <summary>The supervision: starts, signals, ends.</summary>
    Background,
}
