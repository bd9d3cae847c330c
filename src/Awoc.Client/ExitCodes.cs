namespace Awoc.Client;

/// <summary>The exit codes of every AWOC program. Scripts rely on them: a number never changes its meaning.</summary>
public static class ExitCodes
{
    /// <summary>The task succeeded; or the verb did what it was asked.</summary>
    public const int Succeeded = 0;

    /// <summary>The task failed; or an error for which there is no better number.</summary>
    public const int Failed = 1;

    /// <summary>The command line, or something it names, is wrong, or a person who was asked said no: nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>The task spent its token budget.</summary>
    public const int BudgetExhausted = 3;

    /// <summary>The task was canceled.</summary>
    public const int Canceled = 4;

    /// <summary>The task's end could not be seen.</summary>
    public const int Lost = 5;

    /// <summary>No daemon, no agent, no credential, no disk: <c>EX_UNAVAILABLE</c> of sysexits.</summary>
    public const int Unavailable = 69;

    /// <summary>The wait gave up before the task ended: <c>EX_TEMPFAIL</c> of sysexits.</summary>
    public const int WaitGaveUp = 75;

    /// <summary>The task ran out of time, as <c>timeout(1)</c> has it.</summary>
    public const int TimedOut = 124;

    /// <summary>Ctrl-C: the caller has gone, the task goes on.</summary>
    public const int Detached = 130;

    /// <summary>The code that stands for an outcome.</summary>
    /// <param name="outcome">The outcome's text, such as <c>timed_out</c>; null while the task lives.</param>
    public static int OfOutcome(string? outcome) => outcome switch
    {
        TaskWords.Succeeded => Succeeded,
        TaskWords.BudgetExhausted => BudgetExhausted,
        TaskWords.Canceled => Canceled,
        TaskWords.TimedOut => TimedOut,
        TaskWords.Lost => Lost,
        _ => Failed,
    };

    /// <summary>The code for an error the daemon answered with.</summary>
    /// <param name="problemType">The problem's word, such as <c>not_found</c>.</param>
    public static int OfProblem(string problemType) => problemType switch
    {
        ProblemTypes.Invalid or ProblemTypes.NotFound or ProblemTypes.Ambiguous or ProblemTypes.Conflict => Usage,
        ProblemTypes.Unavailable or ProblemTypes.Unauthorized => Unavailable,
        _ => Failed,
    };

    /// <summary>
    /// Of two codes, the one to report. From bad to worst: what somebody wanted (canceled), what a larger budget would
    /// heal (tokens, time), what has to be looked at (failed, lost), and what says that the answer is not known.
    /// </summary>
    public static int Worst(int left, int right) => Severity(left) >= Severity(right) ? left : right;

    private static int Severity(int code) => code switch
    {
        Succeeded => 0,
        Canceled => 1,
        BudgetExhausted => 2,
        TimedOut => 3,
        Failed => 4,
        Lost => 5,
        Usage => 6,
        WaitGaveUp => 7,
        Unavailable => 8,
        Detached => 9,
        _ => 4,
    };
}
