namespace Awoc.Core.Lifecycle;

/// <summary>The steps from a spent budget to the end (<c>attempts.md</c>, "The budget's stop").</summary>
public enum LandingStep
{
    /// <summary>The work's share is spent: model calls are refused, or the turn interrupted.</summary>
    WorkSpent,

    /// <summary>The agent was asked for its report.</summary>
    ReportStarted,

    /// <summary>The report turn is over.</summary>
    ReportEnded,
}
