using System.Diagnostics;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Prompts;
using Awoc.Core.Tasks;
using Awoc.Engine.Budgets;
using Awoc.Engine.Homes;
using Awoc.Engine.Recovery;
using Awoc.Engine.Settings;
using Awoc.Engine.Shims;
using Awoc.Engine.Supervision;
using Awoc.Engine.Verifying;

namespace Awoc.Engine.Endings;

/// <summary>
/// The one place where an attempt's end becomes its task's. Every step can be done again from the attempt's directory, so
/// that a daemon that dies in the midst of it leaves the next one the same work with the same result.
/// </summary>
public sealed class AttemptFinalizer(EnginePorts ports, IRunner runner)
{
    /// <summary>The cause told to a shim whose agent never started, for want of a credential that died with its daemon.</summary>
    public const string Unstarted = "unstarted";

    private const int SummaryLength = 600;
    private const int StderrTail = 4000;

    public async Task FinishAsync(
        AgentTask task, ShimExit? exit, AttemptStory story, GatewayRecord? record, LandedAttempt? landed = null)
    {
        if (exit is { Cause: Unstarted, StartedUs: null })
        {
            await StoreAsync(task, new TaskCommand.Defer(
                task.Fence, TaskOutcome.Lost, EndReason.CredentialMissing, Usage.Zero, 0, ports.Time.GetUtcNow(), "its credential")
            { Recovery = task.Recovery });
            return;
        }

        var folder = ports.Paths.Task(task.Id);
        var attempt = folder.Attempt(task.Attempt);
        var end = new AttemptEnd(Evidence(attempt, exit, story, record) with { SchemaChecked = task.Spec.Schema is not null }, exit, story.End is { IsError: false }) { Landed = landed };
        var verdict = EndJudge.Judge(end, runner, task);
        var usage = record is null ? story.Usage ?? Usage.Zero : record.Usage with { Turns = record.Turns };
        var left = new UnfinishedAttempt(story, verdict, usage.Output, exit?.RunMs ?? 0, runner.Traits.UsesModel, record is { Reporting: true });
        var ending = await SettleAsync(task, folder, attempt, verdict, left, end);
        VerificationNote.Keep(ports, task, folder, new CheckOutcome(ending.Verification, ending.Findings), ending.ResultPath);
        KeepEvidence(task, attempt, EndEvidence.Of(task, end, ending));
        await StoreAsync(task, AttemptRecovery.Decide(ports, runner, task, ending, usage, exit, story, record));
    }

    /// <summary>The attempt could not even be prepared, or its supervisor did not come up.</summary>
    public async Task NeverStartedAsync(AgentTask task, Exception broken)
    {
        var record = ports.Gateway.Close(task.Id, task.Attempt);
        var folder = ports.Paths.Task(task.Id);
        var attempt = folder.Attempt(task.Attempt);
        var story = new AttemptStory();
        var verdict = StartFailure.Judge(broken, ports.Paths.Home, task);
        var left = new UnfinishedAttempt(story, verdict, 0, 0, runner.Traits.UsesModel, Reported: false);
        var ending = await KeepPartialAsync(
            task, folder, left, new TaskEnding { Outcome = verdict.Outcome, Reason = verdict.Reason, Detail = verdict.Detail });
        KeepEvidence(task, attempt, EndEvidence.Of(task, new AttemptEnd(new AttemptEvidence(), null, false), ending));
        await StoreAsync(task, AttemptRecovery.Decide(ports, runner, task, ending, Usage.Zero, null, story, record));
    }

    private async Task StoreAsync(AgentTask task, TaskCommand command)
    {
        switch (await ports.Book.ApplyAsync(task.Id, command, CancellationToken.None, task.Fence))
        {
            case Tasks.BookEntry.Applied(var ended):
                if (ended.State == TaskState.Ended) ports.Vault.Forget(task.Id);
                ports.Files.Update(ended);
                ports.Files.Note(ended, command switch
                {
                    TaskCommand.Defer again when ended.State != TaskState.Ended =>
                        $"attempt {task.Attempt} ended {again.Outcome.Text()} {again.Reason.Text()}: {again.Detail}; waits for {again.WaitsFor}, due {ended.DueAt:yyyy-MM-ddTHH:mm:ssZ}",
                    TaskCommand.Pause pause when ended.State != TaskState.Ended =>
                        $"attempt {task.Attempt} ended {pause.Outcome.Text()} {pause.Reason.Text()}; waits for a person: {pause.Question}",
                    _ => $"attempt {task.Attempt} ended; task {Words(ended)}",
                });
                break;
            case Tasks.BookEntry.Refused(var why, _):
                // Another daemon was first, and has said how it ended.
                ports.Files.Note(task, why);
                break;
        }
    }

    private async Task<TaskEnding> SettleAsync(
        AgentTask task, TaskFolder folder, AttemptFolder attempt, AttemptVerdict verdict, UnfinishedAttempt left, AttemptEnd end)
    {
        var story = left.Story;
        var structured = runner.Traits.UsesModel;
        var succeeded = verdict.Outcome == TaskOutcome.Succeeded;
        ProducedOutput produced;
        try
        {
            produced = ProducedOutput.Find(attempt, task.Spec.Output, story, structured, succeeded);
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            return new TaskEnding
            {
                Outcome = succeeded ? TaskOutcome.Failed : verdict.Outcome,
                Reason = succeeded ? EndReason.DeliveryFailed : verdict.Reason,
                Detail = $"what it produced could not be read ({broken.Message}); look in {attempt.Path}, then 'awoc retry {task.Id.Handle} --resume'",
            };
        }

        if (succeeded && FalseSuccess.Find(end.Evidence, produced, runner, task) is { } honest)
        {
            verdict = honest with { Detail = honest.Detail?.Replace(AttemptVerdict.TaskHandle, task.Id.Handle, StringComparison.Ordinal) };
            succeeded = false;
        }

        if (succeeded && structured && UnwrittenResult.Of(task.Spec, attempt, left, produced, runner.Name) is { } unwritten)
            (verdict, succeeded) = (unwritten, false);

        var check = succeeded ? await CheckAsync(task, produced) : CheckOutcome.Unchecked;
        if (check.Failed) (verdict, succeeded) = (BrokenContract.Verdict(task.Id, check), false);

        var ending = new TaskEnding
        {
            Outcome = verdict.Outcome,
            Reason = verdict.Reason,
            Detail = verdict.Reason == EndReason.Unknown
                ? $"{verdict.Detail}; the evidence is in {Path.Combine(attempt.Path, EndEvidence.FileName)}"
                : verdict.Detail ?? FalseSuccess.Note(end.Evidence) ?? check.Note,
            Verification = check.Verification,
            Findings = check.Findings,
            Summary = Shorten(structured ? story.End?.Answer is { Length: > 0 } last ? last : story.FinalText : ""),
        };
        try
        {
            if (!succeeded)
            {
                var partial = await KeepPartialAsync(task, folder, left with { Verdict = verdict }, ending);
                if (check.Failed) return BrokenContract.Keep(task, folder, produced, partial);
                return end.Landed is { } landed && landed.Limit == verdict.Reason && LandedReport.Of(story, OutputFormats.Of(task.Spec.Output)) is { } report
                    ? LandedReport.Bring(task, folder, attempt, report, landed, partial)
                    : partial;
            }

            var delivered = Deliver(task, folder, attempt, produced, ending);
            if (delivered.Result == TaskResult.Complete) PartialResults.Remove(folder, task.Spec.Output);
            return delivered;
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            return ending with
            {
                Outcome = TaskOutcome.Failed,
                Reason = EndReason.DeliveryFailed,
                Detail = $"what it produced could not be kept ({broken.Message}); it lies in {attempt.Path}: make room, then 'awoc retry {task.Id.Handle} --resume'",
                Result = produced is ProducedOutput.Nothing ? TaskResult.None : TaskResult.Partial,
                ResultPath = produced.File,
            };
        }
    }

    private async Task<CheckOutcome> CheckAsync(AgentTask task, ProducedOutput produced)
    {
        if (!Verifier.HasContract(task.Spec, runner)) return CheckOutcome.Unchecked;
        try
        {
            return await ports.Verifier.CheckAsync(task.Spec, produced, CancellationToken.None);
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException or SettingsException)
        {
            return CheckOutcome.Of([], $"it was not checked: {broken.Message}");
        }
    }

    /// <summary>How it ended stays as it was judged, whatever becomes of what it left.</summary>
    private async Task<TaskEnding> KeepPartialAsync(AgentTask task, TaskFolder folder, UnfinishedAttempt left, TaskEnding ending)
    {
        try
        {
            var (result, path) = await PartialResults.WriteAsync(task, folder, left, ports.Time);
            return ending with { Result = result, ResultPath = path };
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            ports.Files.Note(task, $"its partial results could not be written: {broken.Message}");
            return ending with { Detail = $"{ending.Detail} (what it left could not be written down: {broken.Message}; it lies in {folder.Attempt(task.Attempt).Path})".TrimStart() };
        }
    }

    private static TaskEnding Deliver(AgentTask task, TaskFolder folder, AttemptFolder attempt, ProducedOutput produced, TaskEnding ending)
    {
        if (OutputDelivery.Keep(folder, produced, task.Spec.Output) is not { } kept) return ending with { Result = TaskResult.None };
        ending = ending with { Result = TaskResult.Complete, ResultPath = kept };
        return OutputDelivery.Deliver(task.Spec, folder, attempt, produced, kept) switch
        {
            Delivery.NoTarget => ending,
            Delivery.Done done => ending with { Delivered = true, ResultPath = task.Spec.Output, TargetShaBefore = done.ShaBefore, TargetShaAfter = done.ShaAfter },
            Delivery.Waits waits => ending with
            {
                // What is integrated at once does not wait.
                Detail = task.Spec is { Integrate: not null, IntegrateInto: null } ? ending.Detail
                    : $"{waits.Target} existed already and was left alone: the result waits in {kept}; bring it in with 'awoc integrate {task.Id.Handle}'",
            },
            Delivery.Failed failed => ending with
            {
                Outcome = TaskOutcome.Failed,
                Reason = EndReason.DeliveryFailed,
                Detail = $"the result is complete but could not be brought to {task.Spec.Output} ({failed.Why}); it lies in {kept}: bring it in with 'awoc output {task.Id.Handle} > FILE'",
            },
            _ => throw new UnreachableException(),
        };
    }

    internal static AttemptEvidence Evidence(AttemptFolder attempt, ShimExit? exit, AttemptStory story, GatewayRecord? record) => new()
    {
        // A code that our own stop caused says nothing about an answer that was there before.
        ExitCode = exit?.Cause is not null && story.End is { IsError: false } ? 0 : exit?.Code,
        Signal = exit?.Cause is null ? exit?.Signal : null,
        End = story.End,
        ErrorClass = story.ErrorClass,
        FinalText = story.FinalText,
        CutCall = story.Facts.CutCall,
        SubAgentError = story.Facts.SubAgentError,
        Limit = story.Facts.Limit,
        StderrTail = Tail(attempt.Stderr),
        Gateway = record,
    };

    /// <summary>The end does not wait for room to keep its evidence: the shim's record, the stream and the ledger lie there anyway.</summary>
    private void KeepEvidence(AgentTask task, AttemptFolder attempt, EndEvidence evidence)
    {
        try
        {
            evidence.Write(attempt);
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            ports.Files.Note(task, $"{EndEvidence.FileName} could not be written: {broken.Message}");
        }
    }

    private static string Words(AgentTask ended)
    {
        var how = string.Join(' ', ((string?[])[ended.State.Text(), ended.Outcome.Text(), ended.Reason.Text()]).Where(word => word is not null));
        return ended.Detail is { } detail ? $"{how}: {detail}" : how;
    }

    private static string Tail(string path)
    {
        if (!File.Exists(path)) return "";
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = Math.Max(0, file.Length - StderrTail);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }

    private static string? Shorten(string text)
    {
        var flat = text.Trim();
        if (flat.Length == 0) return null;
        return flat.Length <= SummaryLength ? flat : $"{flat.AsSpan(0, SummaryLength)}…";
    }
}
