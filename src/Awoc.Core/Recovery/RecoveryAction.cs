namespace Awoc.Core.Recovery;

/// <summary>What is done about an attempt that did not succeed.</summary>
public enum RecoveryAction
{
    /// <summary>Wait, or until the API's limit resets where it says when; then resume.</summary>
    Defer,

    /// <summary>Go on with the agent's session.</summary>
    Resume,

    /// <summary>A longer time budget, within the total; then resume.</summary>
    Extend,

    /// <summary>A larger token budget, within the total; then what is missing, in a fresh session.</summary>
    Reduce,

    /// <summary>Nothing: the task ends, and a person is told.</summary>
    Notify,
}
