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

/// <summary>Why it ended so: a closed vocabulary, each with its meaning, as <c>docs/endings.md</c> has it.</summary>
public enum EndReason
{
    /// <summary>What happened fits no other reason; the evidence says what is known.</summary>
    Unknown,

    /// <summary>A person or a program canceled it.</summary>
    User,

    /// <summary>Its running time was over.</summary>
    Deadline,

    /// <summary>Its budget of generated tokens was spent.</summary>
    Tokens,

    /// <summary>The model API's rate limit or the account's usage window was reached.</summary>
    RateLimited,

    /// <summary>The model API had no capacity.</summary>
    Overloaded,

    /// <summary>The model API failed.</summary>
    ServerError,

    /// <summary>The model API could not be reached, or its answer broke off.</summary>
    Network,

    /// <summary>The model API did not accept the credential.</summary>
    Auth,

    /// <summary>The account cannot pay for the model.</summary>
    Billing,

    /// <summary>The model API rejected the request.</summary>
    BadRequest,

    /// <summary>The model is not known to the API.</summary>
    ModelNotFound,

    /// <summary>The conversation outgrew the model's window.</summary>
    ContextTooLong,

    /// <summary>An answer or a tool call was cut at the model's length limit, not at the budget.</summary>
    OutputTooLong,

    /// <summary>The model refused the task.</summary>
    Refused,

    /// <summary>The agent was refused the tools it needed, and nothing was written.</summary>
    PermissionDenied,

    /// <summary>The agent ended with an error of its own, or without a result.</summary>
    AgentError,

    /// <summary>The agent was killed by a signal from outside or by its own fault.</summary>
    AgentCrashed,

    /// <summary>The agent's program, or the interpreter it names, does not exist.</summary>
    AgentMissing,

    /// <summary>The agent could not be started.</summary>
    SpawnFailed,

    /// <summary>The command ended with a code other than 0, or by a signal.</summary>
    CommandFailed,

    /// <summary>The agent ended well and produced nothing.</summary>
    NoOutput,

    /// <summary>The output does not hold what was asked for.</summary>
    ContractViolated,

    /// <summary>A task it waits for did not succeed.</summary>
    DependencyFailed,

    /// <summary>No sign of life for its stall limit: no stream, no model traffic, no tool, no CPU.</summary>
    Stalled,

    /// <summary>Its supervisor died (a kill, a crash, a reboot), and the agent with it.</summary>
    ShimLost,

    /// <summary>The agent could not get through to AWOC's own gateway.</summary>
    GatewayUnavailable,

    /// <summary>There was no credential to start it with.</summary>
    CredentialMissing,

    /// <summary>The result is there but could not be brought to where it was wanted.</summary>
    DeliveryFailed,

    /// <summary>There was no room on the disk.</summary>
    DiskFull,

    /// <summary>There was no memory for the agent.</summary>
    NoMemory,

    /// <summary>There was no slot for the agent.</summary>
    NoSlot,

    /// <summary>Its budget of input tokens was spent.</summary>
    InputTokens,

    /// <summary>Its budget of money was spent.</summary>
    Cost,

    /// <summary>Its budget of turns was spent.</summary>
    Turns,

    /// <summary>What is left of its group's budget does not hold it.</summary>
    GroupBudget,

    /// <summary>What is left of the day's budget does not hold it.</summary>
    DayBudget,

    /// <summary>It took its runner down again and again: parked, with its evidence.</summary>
    Poisoned,

    /// <summary>A question to a person was not answered in its time.</summary>
    Unanswered,

    /// <summary>A condition for its start does not hold, and the user wants it left out then.</summary>
    Skipped,
}
