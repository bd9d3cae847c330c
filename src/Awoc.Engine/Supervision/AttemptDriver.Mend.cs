using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Endings;
using Awoc.Engine.Settings;
using Awoc.Engine.Tasks;
using Awoc.Prompts;

namespace Awoc.Engine.Supervision;

// A result that breaks its contract, mended in the session that made it before the agent is let go.
public sealed partial class AttemptDriver
{
    /// <summary>Left of the work's tokens, without which a mending would end in the middle.</summary>
    private const long LeastMendTokens = 2 * BudgetSplit.WorkFloor;

    private static readonly TimeSpan s_leastMendTime = TimeSpan.FromSeconds(5);

    /// <summary>Mendings of this attempt that are in the task's log, said or not.</summary>
    private int _mendsNoted;

    /// <summary>The message to mend is under way to the agent.</summary>
    private bool _saying;

    /// <summary>How many turns had ended when the result was looked at last.</summary>
    private int _judgedAt = -1;

    /// <summary>
    /// Looks at what a well-ended turn left, and asks for its mending where that is worth a turn. Noted first and said then: a daemon that dies
    /// in between leaves a note, and the next one says what the note says and nothing stands of in what was said.
    /// </summary>
    /// <returns>False when the agent can be let go.</returns>
    private async Task<bool> MendAsync(RunClock clock, CancellationToken cancellation)
    {
        if (_landing.Limit is not null || _conversation.ReportSaid || !_conversation.CanSpeak || _story.End is not { IsError: false }) return false;
        if (_judgedAt == _conversation.Ends) return false;
        _judgedAt = _conversation.Ends;
        var said = _conversation.MessagesSaid;
        if (said >= Math.Max(MostMends(), _mendsNoted) || !CanAfford(clock)) return false;
        _saying = false;
        try
        {
            var produced = ProducedOutput.Find(_attempt, task.Spec.Output, _story, structured: true, succeeded: true);
            if (!IsHonest(produced)) return false;
            var check = await ports.Verifier.CheckAsync(task.Spec, produced, cancellation);
            if (!check.Failed) return false;
            if (said >= _mendsNoted)
            {
                if (await ports.Book.ApplyAsync(task.Id, new TaskCommand.NoteMend([.. check.Errors]), CancellationToken.None, task.Fence) is not BookEntry.Applied) return false;
                _mendsNoted++;
            }

            ports.Files.Note(task, $"the result breaks its contract in {check.Errors.Count()} places: asked to mend them");
            var prompt = MendPrompt.Build([.. check.Errors], produced.File ?? _attempt.Staging(task.Spec.Output), produced.File is not null, task.Spec.Schema);
            _saying = true;
            await _conversation.SayAsync(prompt, cancellation);
            return true;
        }
        catch (IOException) when (_saying)
        {
            // The shim's connection is gone: with the next one, what was noted is said.
            _judgedAt = -1;
            throw;
        }
        catch (Exception broken) when (broken is UnauthorizedAccessException or StoreException or SettingsException || (broken is IOException && _conversation.CanSpeak))
        {
            // What cannot be looked at now is judged at the end, from the same files.
            ports.Files.Note(task, $"its result could not be checked for a mending: {broken.Message}");
            return false;
        }
    }

    private int MostMends()
    {
        if (task.Spec.Mends is { } own) return own;
        try
        {
            return ports.Settings.Read(task.Spec.Cwd).Mends;
        }
        catch (SettingsException)
        {
            return AwocSettings.DefaultMends;
        }
    }

    private bool CanAfford(RunClock clock)
    {
        var record = ports.Gateway.Find(task.Id, task.Attempt);
        if (RefusedLimit(record) is not null) return false;
        var left = BudgetSplit.Of(AllowanceOf(_budget).Tokens).Work - (record?.Usage.Output ?? 0);
        return left >= LeastMendTokens && !(SoftDeadline is { } soft && clock.Elapsed + s_leastMendTime > soft);
    }

    /// <summary>An answer that was cut or refused is not for mending: it is no result at all.</summary>
    private bool IsHonest(ProducedOutput produced)
    {
        var record = ports.Gateway.Find(task.Id, task.Attempt);
        var left = new UnfinishedAttempt(_story, AttemptVerdict.Success, record?.Usage.Output ?? 0, 0, Structured: true, Reported: false);
        return FalseSuccess.Find(AttemptFinalizer.Evidence(_attempt, null, _story, record), produced, runner, task) is null
            && UnwrittenResult.Of(task.Spec, _attempt, left, produced, runner.Name) is null;
    }
}
