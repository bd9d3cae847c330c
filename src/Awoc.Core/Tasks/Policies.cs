namespace Awoc.Core.Tasks;

/// <summary>What happens when a token or time budget is spent and the report is not written yet.</summary>
public enum OnBudget
{
    /// <summary>The report is written from the reserve, and the task ends.</summary>
    Stop,

    /// <summary>The agent is interrupted and the task waits, resumable, for a person to top it up or to let it end.</summary>
    Ask,
}

/// <summary>What recovery does by itself.</summary>
public enum OnFailure
{
    /// <summary>What costs no budget recovers: limits of the model API are waited out, a lost attempt is resumed.</summary>
    Default,

    /// <summary>The seed's whole table: a timeout is extended, a spent token budget retried with a reduced scope.</summary>
    Auto,

    /// <summary>Nothing: every end is the task's end.</summary>
    Stop,
}

/// <summary>What becomes of a tool call that needs leave.</summary>
public enum OnPermission
{
    /// <summary>Refused, and the agent told.</summary>
    Deny,

    /// <summary>The task waits in <c>awaiting_input</c> for <c>awoc answer</c>.</summary>
    Ask,
}
