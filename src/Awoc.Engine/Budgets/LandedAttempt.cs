using System.Globalization;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Recovery;
using Awoc.Core.Tasks;

namespace Awoc.Engine.Budgets;

/// <summary>An attempt whose work was stopped by a spent budget.</summary>
/// <param name="Limit">Which one was spent first.</param>
/// <param name="Used">At the end, over all attempts, the report among it; in the unit of <see cref="Core.Lifecycle.TaskEvent.Landing"/>.</param>
/// <param name="Max">The limit in force.</param>
public sealed record LandedAttempt(EndReason Limit, long Used, long Max)
{
    public TaskOutcome Outcome => Limit == EndReason.Deadline ? TaskOutcome.TimedOut : TaskOutcome.BudgetExhausted;

    /// <summary>For a person: <c>token budget spent (4,987 of 5,000)</c>.</summary>
    public string Words => Limit switch
    {
        EndReason.Deadline => $"time budget spent ({Seconds(Used)} of {Seconds(Max)})",
        EndReason.InputTokens => $"budget of input tokens spent ({Number(Used)} of {Number(Max)})",
        EndReason.Cost => $"money budget spent ({Dollars(Used)} of {Dollars(Max)})",
        EndReason.Turns => $"turn budget spent ({Number(Used)} of {Number(Max)})",
        _ => $"token budget spent ({Number(Used)} of {Number(Max)})",
    };

    /// <summary>The same with what a person can do about it, <see cref="AttemptVerdict.TaskHandle"/> in the task's place.</summary>
    public AttemptVerdict Verdict => new(Outcome, Limit, Limit switch
    {
        EndReason.Deadline => $"{Words}; 'awoc retry {AttemptVerdict.TaskHandle} --extend-timeout {RecoveryDecider.Extended(Max / 1000)}' goes on",
        _ => $"{Words}; {AttemptVerdict.AfterBudget}",
    });

    private static string Seconds(long milliseconds) => Duration.Text(milliseconds / 1000);

    private static string Dollars(long millionths) => string.Create(CultureInfo.InvariantCulture, $"${millionths / 1_000_000m:0.00####}");

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
