using System.Globalization;
using Awoc.Core.Tasks;

namespace Awoc.Engine.Budgets;

/// <summary>Why a task does not fit what is left of a shared budget.</summary>
/// <param name="Text">Names the limit, what is left of it and what the task needs.</param>
/// <param name="OpensAt">When the limit begins anew; null for one that never does.</param>
/// <param name="Never">The task needs more than the whole limit: no wait would help.</param>
public sealed record Shortage(EndReason Reason, string Text, DateTimeOffset? OpensAt, bool Never)
{
    private const string Day = "day budget: ";
    private const string Group = "group budget of ";

    /// <summary>The flag that limits the task, and what it asks for.</summary>
    public required (string Field, string Value) Need { get; init; }

    /// <summary>Nothing that runs could leave room, and no setting gives more: it is the limit that the task's batch was launched with.</summary>
    public bool Final { get; init; }

    /// <param name="launchedWith">The limit came with the task's own batch.</param>
    internal static Shortage Of(string? group, PoolAmount amount, decimal? needs, DateTimeOffset? opensAt, bool launchedWith = false)
    {
        var name = group is null ? Day : $"{Group}{group}: ";
        var key = group is null ? $"budgets.day.{amount.Key}" : $"budgets.groups.{group}.{amount.Key}";
        var held = amount.Held > 0 ? $" ({amount.Text(amount.Held)} held by running tasks)" : "";
        var wanted = needs is { } n ? $"needs {amount.Text(n)}" : $"may need all of it: a limit of its own ({amount.Flag}) lets it run beside others";
        var never = needs > amount.Max;
        var opens = launchedWith
            ? $"; {group} was launched with this limit"
            : never
            ? $"; more than the whole limit: awoc config set {key} {Plain(needs!.Value)}"
            : opensAt is { } at
                ? string.Create(CultureInfo.InvariantCulture, $"; opens at {at:HH:mm}")
                : $"; raise it with: awoc config set {key} N";
        return new Shortage(
            group is null ? EndReason.DayBudget : EndReason.GroupBudget,
            $"{name}{amount.Text(amount.Left)} of {amount.Text(amount.Max)} {amount.Unit} left{held}, {wanted}{opens}",
            opensAt,
            never)
        {
            Final = launchedWith && amount is { Held: 0, Left: <= 0 },
            Need = (amount.Flag, needs is { } value ? Plain(value) : ""),
        };
    }

    private static string Plain(decimal value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
