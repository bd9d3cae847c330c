using System.Diagnostics;
using System.Globalization;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Recovery;
using Awoc.Core.Tasks;
using Awoc.Engine.Scheduling;
using Awoc.Engine.Supervision;
using Awoc.Engine.TaskFolders;
using Awoc.Engine.Tasks;

namespace Awoc.Engine.Budgets;

/// <summary>Raises the limits of a task that lives; a running attempt has the more at once.</summary>
public sealed class TopUp(EnginePorts ports, Dispatcher dispatcher)
{
    /// <param name="by">Who asked, for the task's log.</param>
    public async Task<TopUpAnswer> AddAsync(TaskId id, TopUpOrder order, string by, CancellationToken cancellation)
    {
        while (true)
        {
            if (await ports.Book.Store.FindAsync(id, cancellation) is not { } task) return new TopUpAnswer.NotFound();
            var (budget, faults) = order.AddTo(task.Budget, task.Spec.Model is not null);
            if (faults.Count > 0) return new TopUpAnswer.Invalid(faults);
            if (task.State == TaskState.Ended)
                return new TopUpAnswer.Conflict($"task {id.Handle} has ended {task.Outcome.Text()}: there is nothing left to spend on; go on with: awoc retry {id.Handle}{order.Flags}");
            // Held before it is promised; a task that does not run yet asks for its share when it starts.
            if (ports.Pools.TryRaise(task with { Budget = budget }, ports.Settings.Read(null).Pools) is { } shortage) return new TopUpAnswer.Conflict(shortage.Text);
            switch (await ports.Book.TryApplyAsync(task, new TaskCommand.ChangeBudget(budget, by), cancellation))
            {
                case BookEntry.Applied(var raised):
                    dispatcher.Find(id)?.ChangeBudget(raised.Budget);
                    ports.Files.Update(raised);
                    ports.Files.Note(raised, $"budget raised by {by}:{order.Flags}");
                    return new TopUpAnswer.Raised(await ContinueAsync(raised, by, cancellation));
                case BookEntry.Refused(var why, _):
                    return new TopUpAnswer.Conflict(why);
                case BookEntry.Unknown:
                    return new TopUpAnswer.NotFound();
                case BookEntry.Raced:
                    break;
                default:
                    throw new UnreachableException();
            }
        }
    }

    /// <summary>A task that waited for more of its budget goes on, once there is enough of each.</summary>
    private async Task<AgentTask> ContinueAsync(AgentTask raised, string by, CancellationToken cancellation)
    {
        if (raised.SpentBudget is null || !RecoveryDecider.Suffices(raised.Budget, raised.Usage, raised.RunMs, usesModel: true)) return raised;
        return await ports.Book.ApplyAsync(raised.Id, new TaskCommand.GiveInput($"budget raised by {by}"), cancellation) is BookEntry.Applied(var queued) ? queued : raised;
    }
}

/// <summary>What is to be added to each limit, as the user wrote it; null leaves a limit as it is.</summary>
public sealed record TopUpOrder(string? Tokens, string? Timeout, string? MaxCost, string? MaxInputTokens, string? MaxTurns)
{
    private const int ShownValue = 60;

    /// <summary>The same as options of the command line, with a space before each.</summary>
    public string Flags => string.Concat(
        Flag("--tokens", Tokens), Flag("--timeout", Timeout), Flag("--max-cost", MaxCost),
        Flag("--max-input-tokens", MaxInputTokens), Flag("--max-turns", MaxTurns));

    /// <summary>The limits with what is added, and every fault of what was given.</summary>
    /// <param name="usesModel">Without a model nothing is spent but time.</param>
    public (Budget Budget, IReadOnlyList<SpecFault> Faults) AddTo(Budget budget, bool usesModel)
    {
        List<SpecFault> faults = [];
        if (this is { Tokens: null, Timeout: null, MaxCost: null, MaxInputTokens: null, MaxTurns: null })
            return (budget, [new SpecFault("--tokens", "", "at least one of --tokens, --timeout, --max-cost, --max-input-tokens and --max-turns")]);

        var raised = budget with
        {
            Tokens = Whole("--tokens", Tokens, usesModel ? budget.Tokens : null, Budget.MaxTokens, faults) ?? budget.Tokens,
            TimeoutSeconds = Seconds(budget.TimeoutSeconds, faults),
            InputTokens = Whole("--max-input-tokens", MaxInputTokens, budget.InputTokens, long.MaxValue, faults),
            Turns = (int?)Whole("--max-turns", MaxTurns, budget.Turns, int.MaxValue, faults),
            CostUsd = Dollars(budget.CostUsd, faults),
        };
        return (raised, faults);
    }

    private static long? Whole(string field, string? given, long? limit, long most, List<SpecFault> faults)
    {
        if (given is null) return limit;
        if (limit is not { } now) return Unset(field, given, faults);
        if (long.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var more) && more >= 1 && more <= most - now) return now + more;
        faults.Add(Fault(field, given, now < most ? string.Create(CultureInfo.InvariantCulture, $"a whole number from 1 to {most - now}, which is added to the {now} there are") : $"nothing: it is at its greatest, {now}"));
        return limit;
    }

    private long Seconds(long limit, List<SpecFault> faults)
    {
        if (Timeout is null) return limit;
        var most = Budget.MaxTimeoutSeconds - limit;
        if (Duration.TryParseSeconds(Timeout, out var more) && more >= 1 && more <= most) return limit + more;
        faults.Add(Fault("--timeout", Timeout, $"{Duration.Allowed}, from 1 s to {Duration.Text(most)}, which is added to the {Duration.Text(limit)} there are"));
        return limit;
    }

    private decimal? Dollars(decimal? limit, List<SpecFault> faults)
    {
        const decimal Most = 1_000_000m;
        if (MaxCost is null) return limit;
        if (limit is not { } now)
        {
            Unset("--max-cost", MaxCost, faults);
            return null;
        }

        const NumberStyles Style = NumberStyles.AllowDecimalPoint;
        if (decimal.TryParse(MaxCost, Style, CultureInfo.InvariantCulture, out var more) && more > 0 && more <= Most - now) return now + more;
        faults.Add(Fault("--max-cost", MaxCost, string.Create(CultureInfo.InvariantCulture, $"US dollars, such as 0.50, which are added to the {now} there are")));
        return limit;
    }

    private static long? Unset(string field, string given, List<SpecFault> faults)
    {
        faults.Add(Fault(field, given, "nothing: the task has no such limit that could be raised"));
        return null;
    }

    private static SpecFault Fault(string field, string value, string allowed)
    {
        var shown = new string([.. value.Take(ShownValue).Select(c => char.IsControl(c) ? '\ufffd' : c)]);
        return new SpecFault(field, value.Length > ShownValue ? shown + "…" : shown, allowed);
    }

    private static string Flag(string name, string? value) =>
        value is null ? "" : $" {name} {LaunchScript.Quote(value)}";
}

public abstract record TopUpAnswer
{
    private TopUpAnswer()
    {
    }

    public sealed record Raised(AgentTask Task) : TopUpAnswer;

    public sealed record Invalid(IReadOnlyList<SpecFault> Faults) : TopUpAnswer;

    public sealed record Conflict(string Why) : TopUpAnswer;

    public sealed record NotFound : TopUpAnswer;
}
