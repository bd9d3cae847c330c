using System.Globalization;
using Awoc.Core.Tasks;
using Awoc.Engine.Homes;
using Microsoft.Extensions.Logging;

namespace Awoc.Engine.TaskFolders;

/// <summary>
/// Writes the files of a task that people and scripts read. They are a view: the store is the truth, so a file that cannot
/// be written (a full disk) is told in the log and harms no task.
/// </summary>
public sealed partial class TaskFiles(AwocPaths paths, TimeProvider time, ILogger<TaskFiles> log)
{
    /// <summary>Those that are written at the same time are few and new.</summary>
    private const int MostVersions = 4096;

    private const int FewTasks = 32;

    private const string Launched = "launched:";

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly Lock _gate = new();
    private readonly Dictionary<TaskId, long> _versions = [];

    /// <summary>
    /// The folders of new tasks, each with its configuration and the first attempt's log in place, so that <c>tail -f</c> can begin at once. Of many, the first
    /// few: <see cref="Complete"/> makes the others, for they are most of what a large batch takes.
    /// </summary>
    /// <exception cref="IOException">One cannot be made: a task without room for its files could not start, and is better refused.</exception>
    public void Create(IReadOnlyList<AgentTask> tasks)
    {
        try
        {
            foreach (var task in tasks.Take(FewTasks))
            {
                Make(task);
            }
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{paths.Tasks} cannot be written to, so nothing was launched: {broken.Message} Free some space on its disk, or set AWOC_HOME to another directory.", broken);
        }
    }

    /// <summary>
    /// Once a launch of many is stored: the folders that <see cref="Create"/> left out. A task that starts earlier makes its own; those
    /// that a daemon which died in between leaves without are found by <see cref="FolderSweep"/>.
    /// </summary>
    public void Complete(IReadOnlyList<AgentTask> tasks)
    {
        foreach (var task in tasks.Skip(FewTasks)) MakeMissing(task);
    }

    /// <summary>What is missing of a new task's folder.</summary>
    internal void MakeMissing(AgentTask task) => Try(task.Id, () => Make(task));

    /// <summary>Whether its folder is whole, as far as two looks tell.</summary>
    internal bool IsMade(TaskId id) => paths.Task(id) is var folder && File.Exists(folder.Config) && File.Exists(folder.ExecutionLog);

    private void Make(AgentTask task)
    {
        var folder = paths.Task(task.Id);
        Directory.CreateDirectory(folder.Path, Private);
        // By its own start, or a later one: then the names lead to that.
        if (new FileInfo(folder.ExecutionLog).LinkTarget is null) OpenAttempt(folder, 1);
        if (!WasNoted(folder, Launched)) Note(folder, $"{Launched} {task.Spec.Type} by {task.Spec.Agent}, {task.Spec.Budget.Tokens} tokens, {task.Spec.Budget.TimeoutSeconds} s");
        TaskConfigFile.TryWriteNew(task, folder);
    }

    private static bool WasNoted(TaskFolder folder, string what) =>
        File.Exists(folder.BackgroundLog) && File.ReadLines(folder.BackgroundLog).Any(line => line.Contains($" {what} ", StringComparison.Ordinal));

    /// <summary>The folder of one that was launched by itself, the next of a series: nobody is there to be refused.</summary>
    public void CreateNext(AgentTask task) => Try(task.Id, () => Create([task]));

    /// <summary>Takes back the folder of a task that was not stored after all.</summary>
    public void Remove(TaskId id) => Try(id, () =>
    {
        if (Directory.Exists(paths.Task(id).Path)) Directory.Delete(paths.Task(id).Path, recursive: true);
    });

    /// <summary>Makes an attempt's directory, and the task's own names for its logs point to it.</summary>
    public static AttemptFolder OpenAttempt(TaskFolder folder, int number)
    {
        var attempt = folder.Attempt(number);
        // One by one: a mode is given to the last directory alone.
        foreach (var directory in (string[])[Path.GetDirectoryName(attempt.Path)!, attempt.Path, Path.GetDirectoryName(attempt.Staging(null))!])
            Directory.CreateDirectory(directory, Private);
        using (new FileStream(attempt.ExecutionLog, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite))
        {
        }

        Link(folder.ExecutionLog, attempt.ExecutionLog);
        Link(folder.Events, attempt.Events);
        return attempt;
    }

    /// <summary>Brings <c>task-config.json</c> up to this state, unless a later one stands there already: who commits first may come here last.</summary>
    public void Update(AgentTask task)
    {
        lock (_gate)
        {
            if (_versions.GetValueOrDefault(task.Id) > task.Version) return;
            if (_versions.Count >= MostVersions) _versions.Clear();
            _versions[task.Id] = task.Version;
            Try(task.Id, () =>
            {
                var folder = paths.Task(task.Id);
                Directory.CreateDirectory(folder.Path, Private);
                TaskConfigFile.Write(task, folder);
            });
        }
    }

    /// <summary>A line in <c>background.log</c>: what was done about the task, and when.</summary>
    public void Note(AgentTask task, string what) => Note(task.Id, what);

    /// <inheritdoc cref="Note(AgentTask, string)"/>
    public void Note(TaskId id, string what) => Try(id, () => Note(paths.Task(id), what));

    private void Note(TaskFolder folder, string what)
    {
        Directory.CreateDirectory(folder.Path, Private);
        File.AppendAllText(
            folder.BackgroundLog,
            $"{time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)} {what.ReplaceLineEndings(" ")}\n");
    }

    private static void Link(string link, string target)
    {
        var relative = Path.GetRelativePath(Path.GetDirectoryName(link)!, target);
        if (new FileInfo(link).LinkTarget == relative) return;
        File.Delete(link);
        try
        {
            File.CreateSymbolicLink(link, relative);
        }
        catch (IOException) when (new FileInfo(link).LinkTarget == relative)
        {
            // The task's start and the launch that completes its folder met.
        }
    }

    private void Try(TaskId id, Action write)
    {
        try
        {
            write();
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            LogUnwritten(id, broken.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "files of task {Id} could not be written: {Why}")]
    private partial void LogUnwritten(TaskId id, string why);
}
