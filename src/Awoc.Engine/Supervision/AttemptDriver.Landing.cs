using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Budgets;
using Awoc.Engine.Shims;
using Awoc.Prompts;

namespace Awoc.Engine.Supervision;

// The soft landing: from a spent budget to the report and the end.
public sealed partial class AttemptDriver
{
    private const int EventPage = 500;

    private readonly SoftLanding _landing = new();

    /// <summary>The steps of this attempt that are in the task's log.</summary>
    private readonly HashSet<LandingStep> _noted = [];

    private TimeSpan? SoftDeadline =>
        Allowances.SoftDeadlineMs(Allowances.TimeLeftMs(_budget, task.RunMs)) is { } ms ? TimeSpan.FromMilliseconds(ms) : null;

    /// <summary>What an earlier daemon noted of this attempt's landing.</summary>
    private async Task RecallLandingAsync(CancellationToken cancellation)
    {
        var current = false;
        long after = 0;
        while (true)
        {
            var page = await ports.Book.Store.EventsAsync(after, EventPage, task.Id, cancellation);
            foreach (var stored in page)
            {
                after = stored.Seq;
                if (stored.Event is TaskEvent.AttemptStarted started) current = started.Attempt == task.Attempt;
                else if (stored.Event is TaskEvent.Landing landing && current)
                {
                    _noted.Add(landing.Step);
                    if (landing.Step == LandingStep.WorkSpent) _landing.Recall(landing.Limit);
                }
            }

            if (page.Count < EventPage) return;
        }
    }

    /// <summary>Does what the state asks for; returns the time after which it is to be asked again.</summary>
    private async Task<TimeSpan?> LandAsync(RunClock clock, CancellationToken cancellation)
    {
        // A spent budget matters no more to an attempt that is being ended for another reason.
        while (!_end.Task.IsCompleted)
        {
            if (_conversation.ReportOver) await NoteReportEndedAsync(ports.Gateway.Find(task.Id, task.Attempt));
            switch (_landing.Next(Facts(clock)))
            {
                case LandingMove.Wait(var wait):
                    return wait;
                case LandingMove.Begin(var limit):
                    await NoteStepAsync(LandingStep.WorkSpent, limit, clock.Elapsed);
                    break;
                case LandingMove.Interrupt:
                    ports.Files.Note(task, "the turn under way is interrupted");
                    await _conversation.InterruptAsync(cancellation);
                    break;
                case LandingMove.Report:
                    await AskForReportAsync(clock, cancellation);
                    break;
                case LandingMove.Close:
                    await _conversation.CloseAsync(cancellation);
                    break;
                case LandingMove.Stop:
                    End(EndCause.Budget);
                    break;
            }
        }

        return null;
    }

    private LandingFacts Facts(RunClock clock)
    {
        var record = ports.Gateway.Find(task.Id, task.Attempt);
        return new LandingFacts
        {
            Now = clock.Elapsed,
            CanSpeak = _conversation.CanSpeak,
            TurnUnderWay = _conversation.TurnUnderWay,
            Interrupted = _conversation.Interrupted,
            ReportSaid = _conversation.ReportSaid,
            ReportOver = _conversation.ReportOver,
            Closed = _conversation.Closed,
            LastEndFailed = _story.End?.IsError,
            Refused = RefusedLimit(record),
            CallsOpen = record?.OpenRequests > 0,
            SoftDeadline = SoftDeadline,
        };
    }

    private async Task AskForReportAsync(RunClock clock, CancellationToken cancellation)
    {
        var limit = _landing.Limit ?? EndReason.Tokens;
        ports.Gateway.BeginReport(task.Id, task.Attempt);
        await NoteStepAsync(LandingStep.ReportStarted, limit, clock.Elapsed);
        var spent = ports.Gateway.Find(task.Id, task.Attempt)?.Usage.Output ?? 0;
        var tokens = Math.Max(0, AllowanceOf(_budget).Tokens - spent);
        var deadline = TimeSpan.FromMilliseconds(Allowances.TimeLeftMs(_budget, task.RunMs));
        TimeSpan? time = limit == EndReason.Deadline ? deadline - clock.Elapsed : null;
        await _conversation.ReportAsync(ReportPrompt.Build(task.Spec, limit, tokens, time), cancellation);
    }

    private async Task NoteReportEndedAsync(GatewayRecord? record)
    {
        if (_noted.Contains(LandingStep.ReportEnded)) return;

        // Whatever budget was spent, the report's own figures are tokens.
        var (spent, report) = (record?.Usage.Output ?? 0, record?.ReportTokens ?? 0);
        var left = AllowanceOf(_budget).Tokens - spent + report;
        await NoteStepAsync(LandingStep.ReportEnded, EndReason.Tokens, report, Math.Max(0, left));
    }

    private Task NoteStepAsync(LandingStep step, EndReason limit, TimeSpan elapsed)
    {
        var (used, max) = LimitFigures(limit, ports.Gateway.Find(task.Id, task.Attempt), (long)elapsed.TotalMilliseconds);
        return NoteStepAsync(step, limit, used, max);
    }

    /// <summary>Noted once in an attempt's life. A store that cannot be written must not keep an agent from landing.</summary>
    private async Task NoteStepAsync(LandingStep step, EndReason limit, long used, long max)
    {
        if (!_noted.Add(step)) return;
        ports.Files.Note(task, step == LandingStep.ReportEnded
            ? $"{step.Text()}: {used} of {max} tokens"
            : $"{step.Text()}: {new LandedAttempt(limit, used, max).Words}");
        try
        {
            await ports.Book.ApplyAsync(task.Id, new TaskCommand.Land(step, limit, used, max), CancellationToken.None, task.Fence);
        }
        catch (StoreException broken)
        {
            LogStepUnwritten(task.Id, step.Text(), broken.Message);
        }
    }

    private (long Used, long Max) LimitFigures(EndReason limit, GatewayRecord? record, long runMs) => Allowances.Figures(
        limit, _budget, task.Usage + (record?.Usage ?? _story.Usage ?? Usage.Zero), task.Usage.Turns + (record?.Turns ?? 0), task.RunMs + runMs);

    /// <summary>How a spent budget ended the attempt; null where none did. The log of the task, the gateway's ledger and what was said to the agent agree on it, whichever of them is there.</summary>
    private LandedAttempt? Landed(ShimExit? exit, GatewayRecord? record)
    {
        if (_landing.Limit is null && RefusedLimit(record) is { } refused) _landing.Recall(refused);
        if (_landing.Limit is null && _conversation.ReportSaid) _landing.Recall(EndReason.Deadline);
        if (_landing.LandedBy(_conversation.ReportSaid, _story.End is { IsError: false }) is not { } limit) return null;
        var (used, max) = LimitFigures(limit, record, exit?.RunMs ?? 0);
        return new LandedAttempt(limit, used, max);
    }

    private static EndReason? RefusedLimit(GatewayRecord? record) =>
        record is { BudgetRefusals: > 0 } ? record.Spent : null;
}
