namespace Awoc.Engine.Supervision;

/// <summary>A tool call of the main thread as the attempt's story keeps it.</summary>
/// <param name="Input">Its arguments as JSON, as far as they came; empty once the call was answered well, for then its work is done.</param>
/// <param name="Path">The file it names; null where it names none.</param>
public sealed record AgentCall(string Id, string Name, string Input, string? Path, CallState State)
{
    /// <summary>Writes the file it names.</summary>
    public bool IsWrite => Name is "Write" or "Edit" or "MultiEdit" or "NotebookEdit";
}

public enum CallState
{
    /// <summary>Its arguments were still coming when the stream stopped.</summary>
    Unfinished,

    /// <summary>A length limit ended the answer in the midst of it: it was not run.</summary>
    Cut,

    /// <summary>Called, and no result came.</summary>
    Pending,

    Failed,
    Done,
}

/// <param name="Value">What the tool answered, cut to a size that a report can bear.</param>
public sealed record CallResult(string Tool, bool IsError, string Value);
