using Awoc.Client;
using Awoc.Client.Wire;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Homes;
using Awoc.Engine.Scheduling;
using Awoc.Engine.Supervision;
using Awoc.Engine.Verifying;

namespace Awoc.Daemon.Api;

/// <summary>Tasks as the wire shows them, with what a running attempt has spent up to now.</summary>
internal sealed class TaskViews(AwocPaths paths, Dispatcher dispatcher, StartBoard board, LimitViews limits, EnginePorts ports)
{
    private const int ListedDescription = 400;

    public TaskView Of(AgentTask task, IReadOnlyList<AttemptRecord>? attempts = null)
    {
        var spec = task.Spec;
        var exactness = ports.Roster.Find(spec.Agent)?.Traits.Exactness ?? BudgetExactness.Estimate;
        var driver = dispatcher.Find(task.Id);
        var usage = driver?.Usage ?? task.Usage;
        var calls = attempts is null || exactness == BudgetExactness.None ? [] : limits.Records(task, attempts);
        var description = attempts is null && spec.Description.Length > ListedDescription
            ? $"{spec.Description.AsSpan(0, ListedDescription)}…"
            : spec.Description;
        return new TaskView
        {
            Id = task.Id.Value,
            Name = spec.Name,
            Type = spec.Type,
            Description = description.Length == 0 ? null : description,
            State = task.State.Text(),
            Outcome = task.Outcome.Text(),
            Reason = task.Reason.Text(),
            Detail = task.Detail,
            Result = task.Result.Text(),
            Verification = task.Verification.Text(),
            Findings = attempts is null ? null : FindingsOf(task),
            Rehearsal = spec.Rehearsal ? true : null,
            Agent = spec.Agent,
            Model = spec.Model,
            Output = spec.Output,
            ResultPath = task.ResultPath,
            Delivered = task.Delivered ? true : null,
            Integrate = spec.Integrate.Text(),
            IntegrateInto = spec.IntegrateInto,
            ReadAt = task.ReadAt,
            Summary = task.Summary,
            WaitsFor = task.State == TaskState.Queued ? board.Explain(task.Id, place: attempts is not null) : task.WaitsFor,
            DueAt = task.DueAt,
            Retries = task.Recovery.Retries > 0 ? task.Recovery.Retries : null,
            Cwd = spec.Cwd,
            Directory = paths.Task(task.Id).Path,
            Group = spec.Group,
            Queue = spec.Queue,
            Priority = spec.Priority == 0 ? null : spec.Priority,
            Parent = spec.ParentSession,
            Attempts = attempts is null ? null : [.. attempts.Select(a => Of(a, driver))],
            Usage = Of(usage),
            Budget = BudgetViews.Of(task.Budget, exactness),
            BudgetExactness = exactness.Text(),
            Limits = attempts is null ? null : [.. limits.Of(task, usage, exactness, calls, driver?.Elapsed, driver?.Quiet)],
            Unpriced = calls.SelectMany(c => c.Unpriced).Distinct().ToList() is { Count: > 0 } unpriced ? unpriced : null,
            Policy = BudgetViews.PolicyOf(spec),
            ExitCode = task.Outcome is { } outcome ? ExitCodes.OfOutcome(outcome.Text()) : null,
            RunMs = task.RunMs,
            Version = task.Version,
            CreatedAt = task.CreatedAt,
            StartedAt = task.StartedAt,
            EndedAt = task.EndedAt,
        };
    }

    private IReadOnlyList<FindingView>? FindingsOf(AgentTask task) =>
        task.State == TaskState.Ended && VerificationFile.Read(paths.Task(task.Id)) is { Findings.Length: > 0 } check ? VerifyEndpoints.Views(check.Findings) : null;

    private static AttemptView Of(AttemptRecord attempt, AttemptDriver? driver) => new()
    {
        Number = attempt.Number,
        Session = attempt.Session,
        Outcome = attempt.Outcome.Text(),
        Reason = attempt.Reason.Text(),
        Usage = Of(attempt.Usage),
        RunMs = attempt.EndedAt is null ? (long)(driver?.Elapsed?.TotalMilliseconds ?? 0) : attempt.RunMs,
        StartedAt = attempt.StartedAt,
        EndedAt = attempt.EndedAt,
    };

    private static UsageView Of(Usage usage) => new(
        usage.Output, usage.Thinking, usage.Input, usage.CacheRead, usage.CacheWrite, usage.CostUsd, usage.Estimated ? true : null);
}
