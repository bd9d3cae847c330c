namespace Awoc.Core.Agents;

/// <summary>
/// How an agent can be started and made ready before there is a task for it, and what its start depends on besides its launch plan. For an
/// agent that keeps its standard input open and whose plan is made of nothing that only the task has: neither its id nor its prompt.
/// </summary>
public sealed record WarmUp
{
    /// <summary>The lines on standard input that make it ready, without line ends. None of them begins a turn.</summary>
    public required IReadOnlyList<string> Lines { get; init; }

    /// <summary>Whether a line of its standard output says that it is ready.</summary>
    public required Func<string, bool> IsReady { get; init; }

    /// <summary>
    /// The lines that give its tools variables which could not be known at its start (the task's id), said before the prompt. What
    /// it is told this way must be all the same to the agent itself.
    /// </summary>
    public required Func<IReadOnlyDictionary<string, string>, IReadOnlyList<string>> Bind { get; init; }

    /// <summary>Files and folders it reads when it starts, absolute, those that do not exist among them: a change of one makes what is warm stale.</summary>
    public IReadOnlyList<string> Reads { get; init; } = [];

    /// <summary>It looks at git's branch, commit and status of its directory when it starts.</summary>
    public bool ReadsGit { get; init; }

    /// <summary>It takes today's date when it starts.</summary>
    public bool ReadsDate { get; init; }

    /// <summary>Anything else that its start depends on, as text; compared as it is.</summary>
    public string Found { get; init; } = "";
}
