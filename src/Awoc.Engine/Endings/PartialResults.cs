using System.Globalization;
using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Engine.Homes;
using Awoc.Engine.Shims;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Endings;

/// <summary>
/// Gathers what an attempt that did not succeed left behind: <c>partial-results.txt</c> for people, <c>partial-results.json</c> for
/// programs, and what can be used at once in a file of its own. The task's directory holds the best over all attempts so far,
/// the attempt's directory its own account. Doing it again gives the same.
/// </summary>
public static class PartialResults
{
    /// <summary>Longest text in the two accounts; the file has it whole.</summary>
    private const int LongestText = 256 * 1024;

    /// <param name="task">As it stood while the attempt ran: the usage of earlier attempts only.</param>
    /// <param name="time">Its real time bounds how long git may take.</param>
    public static async Task<KeptPartial> WriteAsync(AgentTask task, TaskFolder folder, UnfinishedAttempt left, TimeProvider time)
    {
        var attempt = folder.Attempt(task.Attempt);
        var earlier = PartialAccount.Read(folder.PartialAccount);
        var best = RecoveredText.Best(task.Spec, attempt, left);
        var recovered = Keep(task, folder, best, earlier);
        var written = (earlier?.Files.Select(file => file.Path) ?? []).Concat(left.Story.FilesWritten)
            .Select(path => Path.GetFullPath(path, task.Spec.Cwd))
            .Where(path => !path.StartsWith(folder.Path + "/", StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal).ToList();
        var todo = left.Story.Todos.Select(item => new PartialTodo(item.Text, item.Status)).ToList();
        var account = new PartialAccount
        {
            Task = task.Id.Value,
            Type = task.Spec.Type,
            Description = task.Spec.Description.Length == 0 ? null : task.Spec.Description,
            Agent = task.Spec.Agent,
            Model = task.Spec.Model,
            Attempt = task.Attempt,
            Outcome = left.Verdict.Outcome,
            Reason = left.Verdict.Reason,
            Detail = left.Verdict.Detail,
            Recovered = recovered,
            Progress = new PartialProgress(
                left.Story.Turns, left.Story.ToolCalls, left.Story.FailedCalls, Unfinished(left.Story), Retry(left.Story), todo,
                task.RunMs + left.RunMs, task.Usage.Output + left.TokensUsed, task.Budget.Tokens),
            Left = new PartialRemainder([.. todo.Where(item => !item.IsDone).Select(item => item.Text)], MissingSections.In(task.Spec, recovered.Text)),
            Files = await FileChanges.OfAsync(task.Spec.Cwd, written, time),
            LastResults = [.. left.Story.LastResults.Select(result => new PartialToolResult(result.Tool, result.IsError, result.Value))],
            Next = $"awoc recover {task.Id.Handle}",
        };
        var text = PartialText.Of(account, task);
        var json = account.ToUtf8();
        // The attempt's own account first: where there is room for one alone, the task's directory still points nowhere wrong.
        DurableFile.WriteText(attempt.PartialResults, text);
        DurableFile.Write(attempt.Path, Path.GetFileName(attempt.PartialAccount), json);
        DurableFile.Write(folder.Path, Path.GetFileName(folder.PartialAccount), json);
        DurableFile.WriteText(folder.PartialResults, text);
        if (recovered.Path is { } path) return new KeptPartial(TaskResult.Partial, path);
        return account.Files.Count > 0 ? new KeptPartial(TaskResult.Partial, folder.PartialResults) : new KeptPartial(TaskResult.None, null);
    }

    /// <summary>The task has succeeded: nothing of it is partial any more. The attempts keep their own accounts.</summary>
    public static void Remove(TaskFolder folder, string? target)
    {
        foreach (var file in (string[])[folder.PartialResults, folder.PartialAccount, folder.PartialOutput(target)]) File.Delete(file);
    }

    /// <summary>Puts the best into the task's directory, unless an earlier attempt left more there.</summary>
    private static RecoveredResult Keep(AgentTask task, TaskFolder folder, RecoveredText best, PartialAccount? earlier)
    {
        var place = folder.PartialOutput(task.Spec.Output);
        var before = earlier?.Recovered is { Path: { } path } known && known.Attempt < task.Attempt && File.Exists(path) ? known : null;
        if (before is not null && (best.Source == PartialSource.None
            || MissingSections.In(task.Spec, before.Text).Count < MissingSections.In(task.Spec, best.Text).Count))
            return before;
        if (best.Source == PartialSource.None) return new RecoveredResult(PartialSource.None, task.Attempt, null, 0, null, false);
        if (best.File is { } file) DurableFile.Copy(file, place);
        else DurableFile.WriteText(place, best.Text.EndsWith('\n') ? best.Text : best.Text + "\n");
        var (text, truncated) = best.Text.Length <= LongestText ? (best.Text, best.TextIsCut) : (best.Text[..LongestText], true);
        return new RecoveredResult(best.Source, task.Attempt, place, new FileInfo(place).Length, text, truncated);
    }

    private static string? Unfinished(AttemptStory story) =>
        story.OpenCalls.LastOrDefault(call => call.State is not CallState.Failed)?.Name;

    private static string? Retry(AttemptStory story) => story.LastRetry is not { } retry
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"try {retry.Attempt} of {retry.Max}: {retry.Status?.ToString(CultureInfo.InvariantCulture) ?? "no answer"} ({retry.Error ?? "unknown"})");
}

/// <summary>An attempt that ended without success, with all that is known of it.</summary>
/// <param name="TokensUsed">Output tokens of this attempt.</param>
/// <param name="RunMs">Its running time.</param>
/// <param name="Structured">Its standard output is a stream of events; else it is text, and the result.</param>
/// <param name="Reported">It had its report turn: what was said last is the report.</param>
public sealed record UnfinishedAttempt(AttemptStory Story, AttemptVerdict Verdict, long TokensUsed, long RunMs, bool Structured, bool Reported);

/// <param name="Path">Absolute path of what can be used; null for no result.</param>
public sealed record KeptPartial(TaskResult Result, string? Path);
