namespace Awoc.Core.Tasks;

/// <summary>The life-cycle: scheduled → queued → running ⇄ awaiting_input → ended.</summary>
public enum TaskState
{
    /// <summary>Waits for a time, a dependency, a quota window or its next attempt.</summary>
    Scheduled,
    Queued,
    Running,
    AwaitingInput,
    Ended,
}

/// <summary>How a task or an attempt ended.</summary>
public enum TaskOutcome
{
    Succeeded,
    Failed,
    Canceled,
    TimedOut,
    BudgetExhausted,
    Lost,
}

/// <summary>What a task left behind, whatever its outcome.</summary>
public enum TaskResult
{
    None,
    Partial,
    Complete,
}

/// <summary>Whether the contract of the task's type was checked against its output.</summary>
public enum Verification
{
    NotChecked,
    Passed,
    Failed,
}

/// <summary>Why it ended so: a closed vocabulary. <see cref="Unknown"/> carries its evidence.</summary>
public enum EndReason
{
    Unknown,
    User,
    Deadline,
    Tokens,
    RateLimited,
    Overloaded,
    ServerError,
    Network,
    Auth,
    Billing,
    BadRequest,
    ModelNotFound,
    ContextTooLong,
    OutputTooLong,
    Refused,
    PermissionDenied,
    AgentError,
    AgentCrashed,
    AgentMissing,
    SpawnFailed,
    CommandFailed,
    NoOutput,
    ContractViolated,
    DependencyFailed,
    Stalled,
    ShimLost,
    GatewayUnavailable,
    CredentialMissing,
    DeliveryFailed,
    DiskFull,
    NoMemory,
    NoSlot,

    /// <summary>A budget of input tokens.</summary>
    InputTokens,

    /// <summary>A budget of money.</summary>
    Cost,

    /// <summary>A budget of turns.</summary>
    Turns,

    /// <summary>What is left of the group's budget does not hold the task.</summary>
    GroupBudget,

    /// <summary>What is left of the day's budget does not hold the task.</summary>
    DayBudget,

    /// <summary>It took its runner down again and again: parked, with its evidence.</summary>
    Poisoned,

    /// <summary>A question to a person was not answered in its time.</summary>
    Unanswered,
}
