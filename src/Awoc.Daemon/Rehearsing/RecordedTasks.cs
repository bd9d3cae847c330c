using System.Globalization;
using Awoc.Client;
using Awoc.Client.Daemon;
using Awoc.Client.Wire;
using Awoc.Rehearsal.Replay;

namespace Awoc.Daemon.Rehearsing;

/// <summary>
/// The records of this home's tasks, for <c>awoc rehearse --from ID</c>. That is a program of its own: it asks the daemon what the ID
/// means, and starts it where none serves.
/// </summary>
internal sealed class RecordedTasks : IRecordedRuns
{
    public async Task<RecordedRun> FindAsync(string reference, int? attempt, CancellationToken cancellation)
    {
        TaskView task;
        try
        {
            using var client = new AwocClient(AwocHome.Resolve(), new DaemonLauncher());
            task = await client.TaskAsync(reference, cancellation);
        }
        catch (AwocException e)
        {
            throw new RecordedRunException(Sentence(e.Problem), e.ExitCode, e);
        }

        var handle = TaskWords.Handle(task.Id);
        if (task.Budget.Tokens is null)
            throw new RecordedRunException($"{handle} ran the agent {task.Agent}, which asks no model: there is nothing to rehearse", ExitCodes.Failed);

        // A task that waits has none yet; one that was thrown away by retention has none any more.
        var attempts = task.Attempts ?? [];
        if (attempt is { } wanted && attempts.All(a => a.Number != wanted))
            throw new RecordedRunException($"{handle} has no attempt {wanted}: it has {attempts.Count}", ExitCodes.Usage);
        var recorded = new List<RecordedAttempt>();
        foreach (var number in attempts.Select(a => a.Number).Where(n => attempt is null || n == attempt).Order())
        {
            var path = Path.Combine(task.Directory, "attempts", number.ToString(CultureInfo.InvariantCulture), "wire.jsonl");
            if (await ReadAsync(path, cancellation) is { } lines) recorded.Add(new RecordedAttempt(number, lines));
        }

        return recorded.Count > 0
            ? new RecordedRun
            {
                Id = task.Id,
                Type = task.Type,
                Agent = task.Agent,
                Model = task.Model,
                CreatedAt = task.CreatedAt,
                HasEnded = task.State == TaskWords.Ended,
                Attempts = recorded,
            }
            : throw new RecordedRunException(Unrecorded(task, handle, attempt), ExitCodes.Failed);
    }

    private static string Unrecorded(TaskView task, string handle, int? attempt)
    {
        if (task.Policy.Record is true)
            return attempt is { } number
                ? $"attempt {number} of {handle} has no record: it asked the model nothing"
                : $"{handle} has no record yet, or its attempts asked the model nothing";
        return $"{handle} ran without a record, and a past run cannot be recorded afterwards: launch it with 'awoc run --record', or always "
            + "with 'awoc config set gateway.record true'";
    }

    /// <summary>Shared with the daemon, which may be writing. Null where there is none.</summary>
    private static async Task<string[]?> ReadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(file);
            return (await reader.ReadToEndAsync(cancellation)).Split('\n');
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordedRunException($"the record {path} cannot be read: {e.Message}", ExitCodes.Failed, e);
        }
    }

    private static string Sentence(Problem problem)
    {
        var faults = problem.Faults.Select(f => $"{f.Field} '{f.Value}': {f.Allowed}");
        return string.Join("\n  ", [problem.Title, .. faults, .. problem.Detail is { Length: > 0 } detail ? [detail] : Array.Empty<string>()]);
    }
}
