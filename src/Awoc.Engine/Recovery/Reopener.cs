using Awoc.Core.Agents;
using Awoc.Core.Lifecycle;
using Awoc.Core.Recovery;
using Awoc.Core.Tasks;
using Awoc.Core.Waiting;
using Awoc.Engine.Endings;
using Awoc.Engine.Homes;
using Awoc.Engine.Shims;
using Awoc.Engine.Supervision;
using Awoc.Engine.Tasks;

namespace Awoc.Engine.Recovery;

/// <summary>A person's word on an ended task: that it goes on, or that what it left is taken as it is.</summary>
public sealed class Reopener(EnginePorts ports)
{
    /// <param name="secrets">The caller's: of these, what the task was launched with is taken.</param>
    public async Task<ReopenAnswer> RetryAsync(
        AgentTask task, RetryOrder order, IReadOnlyDictionary<string, string> secrets, CancellationToken cancellation)
    {
        var canResume = ports.Roster.Find(task.Spec.Agent) is { Traits.UsesModel: true };
        switch (RetryDecider.Decide(task, order, canResume, ports.Time.GetUtcNow()))
        {
            case RetryDecision.Conflict(var why):
                return new ReopenAnswer.Conflict(why);
            case RetryDecision.Invalid(var fault):
                return new ReopenAnswer.Invalid(fault);
            case RetryDecision.Reopen when await ObstacleAsync(task, cancellation) is { } first:
                return new ReopenAnswer.Conflict(first);
            case RetryDecision.Reopen(var command):
                // Before the commit: the dispatcher may take the task in the same millisecond.
                var names = task.Spec.SecretNames.Concat(task.Spec.RequiredSecrets).ToHashSet();
                ports.Vault.Put(task.Id, secrets.Where(s => s.Value is not null && names.Contains(s.Key)).ToDictionary(s => s.Key, s => s.Value));
                switch (await ports.Book.TryApplyAsync(task, command, CancellationToken.None))
                {
                    case BookEntry.Applied(var reopened):
                        ports.Files.Update(reopened);
                        ports.Files.Note(reopened, $"reopened by {order.By}: {(command.Next is { } next ? next.Mode.Text() : "anew")}, up to {reopened.Budget.Tokens} tokens and {reopened.Budget.TimeoutSeconds} s in all");
                        return new ReopenAnswer.Done(reopened);
                    case BookEntry.Refused(var why, _):
                        ports.Vault.Forget(task.Id);
                        return new ReopenAnswer.Conflict(why);
                    default:
                        // Whoever was first has put its own secrets there.
                        return new ReopenAnswer.Conflict($"task {task.Id.Handle} was changed in the same moment: look at it with 'awoc status {task.Id.Handle}'");
                }

            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>A task that it waits for and that did not succeed would end it again at once: that one is to be retried first.</summary>
    private async Task<string?> ObstacleAsync(AgentTask task, CancellationToken cancellation)
    {
        if (task.Spec.Start is not { Decides: true } start) return null;
        var standings = await ports.Book.Store.StandingsAsync([.. start.Tasks], cancellation);
        return StartConditions.Decide(start with { When = null }, id => standings.GetValueOrDefault(id), ports.Time.GetUtcNow()) switch
        {
            StartDecision.Fail({ } other, _) when standings.ContainsKey(other) =>
                $"task {task.Id.Handle} waits for task {other.Handle}, which ended {standings[other].Outcome.Text()}: retry that one first, with 'awoc retry {other.Handle}'",
            StartDecision.Fail(_, var why) => why,
            _ => null,
        };
    }

    /// <summary>Puts the partial result at the user's OUTPUT, as it is.</summary>
    public async Task<ReopenAnswer> UseAsync(AgentTask task, string by, bool overwrite, CancellationToken cancellation)
    {
        var id = task.Id.Handle;
        if (task is { State: TaskState.AwaitingInput, WaitsFor: { } what })
            return new ReopenAnswer.Conflict($"task {id} waits for you: {what}. 'awoc cancel {id}' cancels it");
        if (task.State != TaskState.Ended)
            return new ReopenAnswer.Conflict($"task {id} has not ended: it is {task.State.Text()}. Wait for it (awoc wait {id}), or cancel it first (awoc cancel {id})");
        if (task is { Result: TaskResult.Complete, Spec.Output: null }) return new ReopenAnswer.Conflict($"the result of task {id} is complete: print it with 'awoc output {id}'");
        if (task.Delivered && File.Exists(task.ResultPath)) return new ReopenAnswer.Done(task);
        var folder = ports.Paths.Task(task.Id);
        if (task.Result == TaskResult.None || Left(task, folder) is not { } left)
            return new ReopenAnswer.Conflict($"task {id} left nothing that could be used; go on with it: awoc recover {id} resume");
        var path = left;
        if (task.Spec.Output is { } target)
        {
            try
            {
                if (RegularFile.Is(target) && !overwrite && !task.Spec.Overwrite && ContentHash.OfFile(target) != ContentHash.OfFile(left))
                    return new ReopenAnswer.Conflict($"{target} exists: replace it with 'awoc recover {id} use --overwrite', or print what there is with 'awoc output {id}'");
                OutputDelivery.Bring(folder, left, target);
                path = target;
            }
            catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
            {
                return new ReopenAnswer.Conflict($"{target} could not be written ({broken.Message}); what task {id} left lies in {left}");
            }
        }

        switch (await ports.Book.ApplyAsync(task.Id, new TaskCommand.UseResult(by, path), cancellation))
        {
            case BookEntry.Applied(var used):
                ports.Files.Update(used);
                ports.Files.Note(used, $"its partial result was taken as it is by {by}: {path}");
                return new ReopenAnswer.Done(used);
            case BookEntry.Refused(var why, _):
                return new ReopenAnswer.Conflict(why);
            default:
                return new ReopenAnswer.Conflict($"there is no task {id} any more");
        }
    }

    /// <summary>What the agent itself wrote comes before what was gathered about it.</summary>
    private static string? Left(AgentTask task, TaskFolder folder) => Enumerable.Range(1, task.Attempt).Reverse()
        .Select(n => folder.Attempt(n).Staging(task.Spec.Output))
        .Append(task.ResultPath)
        .FirstOrDefault(path => path is not null && new FileInfo(path) is { Exists: true, Length: > 0 });
}

public abstract record ReopenAnswer
{
    private ReopenAnswer()
    {
    }

    public sealed record Done(AgentTask Task) : ReopenAnswer;

    public sealed record Conflict(string Why) : ReopenAnswer;

    public sealed record Invalid(SpecFault Fault) : ReopenAnswer;
}
