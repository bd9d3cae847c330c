using System.Globalization;
using System.Text.Json;
using Awoc.Core.Integration;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Awoc.Documents.Integration;
using Awoc.Engine.Endings;
using Awoc.Engine.Homes;
using Awoc.Engine.Shims;
using Awoc.Engine.TaskFolders;
using Awoc.Engine.Tasks;

namespace Awoc.Engine.Integration;

/// <summary>
/// Brings results into the user's files, and takes them out again. One integration at a time for each task and for each target. The
/// order on disk is backup, intent, rename, event, record: a crash at any point leaves the target either old or new, and the intent
/// that is left says which, so that what is half-done is finished or dropped (<see cref="SettleAsync"/>).
/// </summary>
public sealed class Integrator(AwocPaths paths, TaskBook book, TaskFiles files, TargetLocks locks, TimeProvider time)
{
    /// <summary>How often a target that changes while it is worked on is read anew.</summary>
    private const int Tries = 5;

    private readonly IntegrationPlanner _planner = new(paths, time);

    /// <summary>Tests stop here, between two steps that a crash may fall between.</summary>
    internal Action<string> Reached { get; init; } = _ => { };

    public async Task<IntegrationEnd> IntegrateAsync(AgentTask task, IntegrationOrder order, CancellationToken cancellation)
    {
        if (Hindrance(task, order) is { } hindrance) return new IntegrationEnd.Refused(hindrance);
        var folder = paths.Task(task.Id);
        using var alone = await locks.TakeAsync(folder.Path, cancellation);
        await SettleAsync(task.Id, cancellation);
        var log = await IntegrationLog.ReadAsync(book.Store, task.Id, cancellation);
        var (result, unread) = ResultFile.Read(task, folder);
        if (result is null) return new IntegrationEnd.Refused(unread!);
        if (Target(task, folder, order) is not { } named) return IntegrationPlanner.Shown(new IntegrationSource(task, result, log.Findings), order);

        // The user gave leave for OUTPUT, wherever it lies, when the task was launched.
        var leave = order.AllowOutside || (order.Into is null && task.Spec.AllowOutside);
        var (path, refused) = TargetFile.Locate(named, order.Cwd, leave ? null : task.Spec.Cwd);
        if (path is null) return new IntegrationEnd.Refused(refused!);
        using var mine = await locks.TakeAsync(path, cancellation);
        var source = new IntegrationSource(task, result, log.Findings) { Origin = Origin(task, folder, path, order, out var noOrigin) };
        if (noOrigin is not null) return new IntegrationEnd.Refused(noOrigin);

        for (var i = 0; i < Tries; i++)
        {
            var found = TargetFile.Read(path, named);
            if (found.File is not { } target) return new IntegrationEnd.Refused(found.Refused!);
            switch (await _planner.PlanAsync(source, order, target, named, log, cancellation))
            {
                case PlanEnd.Refused(var why):
                    return new IntegrationEnd.Refused(why);
                case PlanEnd.Made { Report.Changed: false } same:
                    if (order.DryRun || same.Report.Conflicts.Count > 0) return new IntegrationEnd.Done(same.Report);
                    return new IntegrationEnd.Done(same.Report with { Task = await AcknowledgedAsync(task, order.By) });
                case PlanEnd.Made made when order.DryRun:
                    return new IntegrationEnd.Done(made.Report);
                case PlanEnd.Made made:
                    if (await CarryOutAsync(task, folder, order.By, target, result, made, log.Next) is { } end) return end;
                    break;
            }
        }

        return new IntegrationEnd.Refused($"{named} kept changing while the result was brought in: nothing was written. Try again once nobody writes there");
    }

    /// <summary>Takes an integration out of its target again.</summary>
    /// <param name="number">Which; null is the last that still stands.</param>
    public async Task<UndoEnd> UndoAsync(AgentTask task, int? number, string by, bool dryRun, CancellationToken cancellation)
    {
        var folder = paths.Task(task.Id);
        var id = task.Id.Handle;
        using var alone = await locks.TakeAsync(folder.Path, cancellation);
        await SettleAsync(task.Id, cancellation);
        var log = await IntegrationLog.ReadAsync(book.Store, task.Id, cancellation);
        if (log.Records.Count == 0) return new UndoEnd.Refused($"the result of task {id} was integrated nowhere: there is nothing to undo", []);
        var record = number is { } n ? log.Records.LastOrDefault(r => r.Number == n) : log.Last ?? log.Records[^1];
        if (record is null)
            return new UndoEnd.Refused($"task {id} has no integration {number}: it has {string.Join(", ", log.Records.Select(r => r.Number))}", []);
        if (log.Undone.Contains(record.Number)) return new UndoEnd.Done(task, record, Changed: false, "");
        using var mine = await locks.TakeAsync(record.Target, cancellation);
        for (var i = 0; i < Tries; i++)
        {
            if (await UndoOnceAsync(task, folder, record, by, dryRun, cancellation) is { } end) return end;
        }

        return new UndoEnd.Refused($"{record.Target} kept changing meanwhile: nothing was written", []);
    }

    /// <summary>Finishes or drops what a daemon that died in it left of integrations: all of them, at a daemon's start.</summary>
    public Task SettleAllAsync(CancellationToken cancellation) => SettleAsync(null, cancellation);

    private async Task SettleAsync(TaskId? only, CancellationToken cancellation)
    {
        foreach (var (file, intent) in Intent.Left(paths, only))
        {
            var id = TaskId.Parse(intent.Task);
            try
            {
                var log = await IntegrationLog.ReadAsync(book.Store, id, cancellation);
                var noted = intent.Record is { } r ? log.Records.Any(known => known.Number == r.Number) : log.Undone.Contains(intent.Undoes ?? 0);
                if (noted || WasDone(intent))
                {
                    if (!noted) await book.ApplyAsync(id, intent.Command, CancellationToken.None);
                    Conclude(id, file, intent);
                }
                else
                {
                    Drop(id, file, intent);
                }
            }
            catch (Exception broken) when (only is null && broken is IOException or UnauthorizedAccessException)
            {
                // One that cannot be settled is left to the next integration of its task, and keeps no other from it.
                files.Note(id, $"what was left of an integration into {intent.Target} could not be settled: {broken.Message}");
            }
        }
    }

    /// <summary>
    /// A target that is neither what it was nor what it was to be was changed since: the draft, which the rename would have taken away,
    /// tells. Where that was not written yet either, it counts as done: to undo it then finds nothing to take out.
    /// </summary>
    private static bool WasDone(Intent intent)
    {
        var now = ContentHash.OfFile(intent.Target);
        return now == intent.ShaAfter || (now != intent.ShaBefore && !File.Exists(intent.Draft));
    }

    private static string? Hindrance(AgentTask task, IntegrationOrder order)
    {
        var id = task.Id.Handle;
        if (task.State != TaskState.Ended) return $"task {id} is {task.State.Text().Replace('_', ' ')}: wait for it with 'awoc wait {id}'";
        if (task.Result == TaskResult.None) return $"task {id} left no result: it ended {task.Outcome.Text()}{(task.Detail is null ? "" : $", {task.Detail}")}";
        if (task.Verification == Verification.Failed && !order.Force)
            return $"the result of task {id} does not keep its contract ('awoc verify {id}' shows how): bring it in all the same with --force, or let it be mended with 'awoc retry {id} --resume'";
        return null;
    }

    /// <summary>Null for no target.</summary>
    private static string? Target(AgentTask task, TaskFolder folder, IntegrationOrder order) =>
        order.Into ?? (task is { Delivered: false, Spec.Output: { } output, Attempt: > 0 } && ProducedOutput.Before(folder.Attempt(task.Attempt)) is not null ? output : null);

    /// <summary>What target and result both come from, where that is known.</summary>
    private static byte[]? Origin(AgentTask task, TaskFolder folder, string path, IntegrationOrder order, out string? refused)
    {
        refused = null;
        try
        {
            if (order.Base is { } given)
            {
                if (given.Length == 0 || given.Contains('\0', StringComparison.Ordinal))
                {
                    refused = "--base takes a file's path";
                    return null;
                }

                var file = Path.GetFullPath(given, order.Cwd);
                if (RegularFile.Is(file) && new FileInfo(file).Length <= TargetFile.Longest) return File.ReadAllBytes(file);
                refused = $"--base {file}: there is no such file of at most {TargetFile.Longest / 1024 / 1024} MB";
                return null;
            }

            return task.Spec.Output is { } output && LinkedPath.Follow(output) == path && File.Exists(folder.TargetBase) ? File.ReadAllBytes(folder.TargetBase) : null;
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            refused = $"what the target was when the task began cannot be read: {broken.Message}";
            return null;
        }
    }

    /// <summary>Null when the target changed in the meantime, and nothing was done.</summary>
    private async Task<IntegrationEnd?> CarryOutAsync(
        AgentTask task, TaskFolder folder, string by, TargetFile target, ResultFile result, PlanEnd.Made made, int number)
    {
        var name = number.ToString(CultureInfo.InvariantCulture);
        var record = new IntegrationRecord
        {
            Number = number,
            Mode = made.Report.Mode,
            Target = target.Path,
            ShaBefore = target.Sha,
            ShaAfter = TargetFile.ShaOf(made.Content),
            ResultSha = result.Sha,
            Backup = target.Content is null ? null : Before(folder, number),
            Quality = made.Report.Quality,
        };
        var intent = new Intent(task.Id.Value, by, target.Path, DraftOf(target.Path, task.Id, name), target.Sha, record.ShaAfter, record, null);
        string? file = null;
        try
        {
            Directory.CreateDirectory(folder.Integrations);
            if (target.Content is { } before) DurableFile.Write(folder.Integrations, $"{name}.before", before);
            DurableFile.Write(folder.Integrations, $"{name}.after", made.Content);
            file = intent.Write(paths);
            Reached("intent");
            if (!Replace(intent, made.Content, target))
            {
                Drop(task.Id, file, intent);
                return null;
            }
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            Drop(task.Id, file, intent);
            return new IntegrationEnd.Refused($"{target.Path} cannot be written: {broken.Message}");
        }

        Reached("rename");
        var now = await NotedAsync(task, intent);
        Reached("event");
        Conclude(task.Id, file, intent);
        files.Note(now, $"integrated ({record.Mode.Text()}) into {target.Path} by {by}: integration {name}");
        return new IntegrationEnd.Done(made.Report with { Task = now, Number = number });
    }

    private async Task<UndoEnd?> UndoOnceAsync(
        AgentTask task, TaskFolder folder, IntegrationRecord record, string by, bool dryRun, CancellationToken cancellation)
    {
        if (LinkedPath.Follow(record.Target) != record.Target)
            return new UndoEnd.Refused($"{record.Target} is a symbolic link by now: its backup is {record.Backup}", []);
        var found = TargetFile.Read(record.Target, record.Target);
        if (found.File is not { } target) return new UndoEnd.Refused(found.Refused!, []);
        if (target.Content is not { } current && record.ShaBefore is not null)
            return new UndoEnd.Refused($"{record.Target} is gone; as it was before the integration it lies in {record.Backup}", []);
        byte[]? restored;
        try
        {
            var (content, refused) = await RestoredAsync(folder, record, target, cancellation);
            if (refused is not null) return refused;
            restored = content;
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            return new UndoEnd.Refused($"what was kept of integration {record.Number} cannot be read: {broken.Message}", []);
        }

        var diff = TargetDiff.Of(target.Content, restored, record.Target);
        if (dryRun) return new UndoEnd.Done(task, record, Changed: true, diff) { DryRun = true };
        var sha = restored is null ? null : TargetFile.ShaOf(restored);
        var intent = new Intent(
            task.Id.Value, by, target.Path, DraftOf(target.Path, task.Id, $"undo{record.Number}"), target.Sha, sha, null, record.Number);
        string? file = null;
        if (sha != target.Sha)
        {
            try
            {
                file = intent.Write(paths);
                Reached("undo intent");
                if (restored is null ? !Removed(target) : !Replace(intent, restored, target))
                {
                    Drop(task.Id, file, intent);
                    return null;
                }
            }
            catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
            {
                Drop(task.Id, file, intent);
                return new UndoEnd.Refused($"{target.Path} cannot be written: {broken.Message}", []);
            }

            Reached("undo rename");
        }

        var now = await NotedAsync(task, intent);
        Conclude(task.Id, file, intent);
        files.Note(now, $"integration {record.Number} into {target.Path} undone by {by}");
        return new UndoEnd.Done(now, record, Changed: true, diff);
    }

    /// <summary>The target without what the integration brought; null for no file.</summary>
    private async Task<(byte[]? Content, UndoEnd? Refused)> RestoredAsync(
        TaskFolder folder, IntegrationRecord record, TargetFile target, CancellationToken cancellation)
    {
        var before = record.ShaBefore is null ? null : await File.ReadAllBytesAsync(Before(folder, record.Number), cancellation);
        if (before is not null && TargetFile.ShaOf(before) != record.ShaBefore)
            return (null, new UndoEnd.Refused($"the backup {record.Backup} is not what it was: {record.Target} was left alone", []));
        if (target.Content is not { } current || target.Sha == record.ShaAfter) return (before, null);
        var after = await File.ReadAllBytesAsync(After(folder, record.Number), cancellation);
        if (InsertedBlock.TakeOut(before ?? [], after, current) is { } without) return (without, null);
        return await ThreeWay.MergeAsync(paths, current, after, before ?? [], time, cancellation) switch
        {
            Merged.Clean(var content) => (content, null),
            Merged.Conflicted(var conflicts) => (null, new UndoEnd.Refused(
                $"{record.Target} has changed since just where integration {record.Number} changed it: it was left alone. As it was before, it lies in {record.Backup ?? "no file: it did not exist"}",
                conflicts)),
            Merged.Failed(var why) => (null, new UndoEnd.Refused(why, [])),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>False when the target is no longer what was read.</summary>
    private bool Replace(Intent intent, byte[] content, TargetFile target)
    {
        try
        {
            return DurableFile.Replace(intent.Target, intent.Draft, content, target.Owner, () =>
            {
                Reached("draft");
                return target.Stands();
            });
        }
        catch (IOException) when (ContentHash.OfFile(intent.Target) == intent.ShaAfter)
        {
            // It is there; that its directory could not be synced leaves it to the kernel when it gets to the disk.
            return true;
        }
    }

    private static bool Removed(TargetFile target)
    {
        if (!target.Stands()) return false;
        if (target.Content is not null) DurableFile.Remove(target.Path);
        return true;
    }

    private async Task<AgentTask> NotedAsync(AgentTask task, Intent intent)
    {
        // The target is changed: whatever becomes of the caller, it is written down.
        var entry = await book.ApplyAsync(task.Id, intent.Command, CancellationToken.None);
        if (entry is not BookEntry.Applied(var now)) return task;
        files.Update(now);
        return now;
    }

    private async Task<AgentTask> AcknowledgedAsync(AgentTask task, string by) =>
        await book.ApplyAsync(task.Id, new TaskCommand.Acknowledge(by), CancellationToken.None) is BookEntry.Applied(var now) ? now : task;

    /// <summary>The event is stored: its record is written for people, and the intent is no longer needed.</summary>
    private void Conclude(TaskId id, string? file, Intent intent)
    {
        Delete(intent.Draft);
        if (intent.Record is { } record)
        {
            Directory.CreateDirectory(paths.Task(id).Integrations);
            DurableFile.Write(
                paths.Task(id).Integrations,
                $"{record.Number.ToString(CultureInfo.InvariantCulture)}.json",
                JsonSerializer.SerializeToUtf8Bytes(record, IntentJson.Default.IntegrationRecord));
        }

        if (file is not null) Delete(file);
    }

    /// <summary>Nothing came of it.</summary>
    private void Drop(TaskId id, string? file, Intent intent)
    {
        Delete(intent.Draft);
        if (intent.Record is { } record)
        {
            var folder = paths.Task(id);
            Delete(Before(folder, record.Number));
            Delete(After(folder, record.Number));
        }

        if (file is not null) Delete(file);
    }

    /// <summary>A directory that somebody took away in the meantime took the file along.</summary>
    private static void Delete(string file)
    {
        if (File.Exists(file) || new FileInfo(file).LinkTarget is not null) File.Delete(file);
    }

    private static string Before(TaskFolder folder, int number) => Kept(folder, number, "before");

    /// <summary>The target right after: what a later undo compares with.</summary>
    private static string After(TaskFolder folder, int number) => Kept(folder, number, "after");

    private static string Kept(TaskFolder folder, int number, string what) =>
        Path.Combine(folder.Integrations, string.Create(CultureInfo.InvariantCulture, $"{number}.{what}"));

    private static string DraftOf(string target, TaskId id, string name) =>
        Path.Combine(Path.GetDirectoryName(target) ?? "/", $".awoc-{id.Handle}-{name}.tmp");
}

public abstract record UndoEnd
{
    private UndoEnd()
    {
    }

    /// <param name="Changed">False when it was undone before.</param>
    /// <param name="Diff">What became (or would become) of the target.</param>
    public sealed record Done(AgentTask Task, IntegrationRecord Record, bool Changed, string Diff) : UndoEnd
    {
        public bool DryRun { get; init; }
    }

    /// <param name="Conflicts">Where the target and the undoing are at odds; what stands there, and what would.</param>
    public sealed record Refused(string Why, IReadOnlyList<IntegrationConflict> Conflicts) : UndoEnd;
}
