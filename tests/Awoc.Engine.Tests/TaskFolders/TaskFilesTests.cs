using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Awoc.Engine.TaskFolders;
using Awoc.Engine.Tests.Scheduling;

namespace Awoc.Engine.Tests.TaskFolders;

public sealed class TaskFilesTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Complete_OfMany_LeavesEachAsTheFirst()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        var files = rig.TaskFiles();
        AgentTask[] tasks = [.. Enumerable.Range(0, 40).Select(_ => New(rig))];
        files.Create(tasks);

        // One of them has begun its second attempt meanwhile.
        TaskFiles.OpenAttempt(rig.Paths.Task(tasks[35].Id), 1);
        TaskFiles.OpenAttempt(rig.Paths.Task(tasks[35].Id), 2);
        files.Complete(tasks);
        files.Complete(tasks);

        foreach (var task in tasks)
        {
            var folder = rig.Paths.Task(task.Id);
            Assert.True(File.Exists(folder.Config) && File.Exists(folder.ExecutionLog), task.Id.Value);
            Assert.Single(await File.ReadAllLinesAsync(folder.BackgroundLog, Stop), line => line.Contains(" launched: custom by command", StringComparison.Ordinal));
        }

        Assert.EndsWith("2/execution.log", new FileInfo(rig.Paths.Task(tasks[35].Id).ExecutionLog).LinkTarget, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sweep_AfterADaemonThatDiedBeforeItMadeThem_MakesThemAndTouchesNoOther()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        var (whole, bare, scheduled, ended) = (await rig.LaunchAsync(), await rig.LaunchAsync(), await rig.LaunchAsync(), await rig.LaunchAsync());
        await rig.ApplyAsync(scheduled, new TaskCommand.Postpone(rig.Time.GetUtcNow().AddHours(1), WaitKind.Budget, "later"));
        await rig.ApplyAsync(ended, new TaskCommand.Cancel("no"));
        foreach (var task in (AgentTask[])[bare, scheduled, ended]) Directory.Delete(rig.Paths.Task(task.Id).Path, recursive: true);
        var before = File.GetLastWriteTimeUtc(rig.Paths.Task(whole.Id).Config);

        Assert.Equal(2, await new FolderSweep(rig.Store, rig.TaskFiles()).RunAsync(Stop));

        foreach (var task in (AgentTask[])[bare, scheduled]) Assert.True(File.Exists(rig.Paths.Task(task.Id).Config) && File.Exists(rig.Paths.Task(task.Id).ExecutionLog));
        Assert.False(Directory.Exists(rig.Paths.Task(ended.Id).Path));
        Assert.Equal(before, File.GetLastWriteTimeUtc(rig.Paths.Task(whole.Id).Config));
        Assert.Equal(0, await new FolderSweep(rig.Store, rig.TaskFiles()).RunAsync(Stop));
    }

    /// <summary>Whoever sees a configuration takes the folder for made: a daemon that died in the midst must not leave half of one.</summary>
    [Fact]
    public async Task Create_ConfigurationOfANewTask_AppearsWhole()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        var files = rig.TaskFiles();
        AgentTask[] tasks = [.. Enumerable.Range(0, 200).Select(_ => New(rig))];
        var making = Task.Run(() => Array.ForEach(tasks, task => files.Create([task])), Stop);
        foreach (var config in tasks.Select(t => rig.Paths.Task(t.Id).Config))
        {
            FileInfo seen;
            do
            {
                seen = new FileInfo(config);
            }
            while (!seen.Exists && !making.IsFaulted);

            Assert.NotEqual(0, seen.Length);
        }

        await making;
        Assert.All(tasks, t => Assert.Single(Directory.GetFiles(rig.Paths.Task(t.Id).Path, "task-config.json*")));
    }

    private static AgentTask New(SchedulingRig rig) => TaskLifecycle.Launch(
        TaskId.New(rig.Time),
        new TaskSpec { Type = "custom", Description = "true", Agent = "command", Cwd = "/", Budget = Core.Budgets.Budget.Default },
        rig.Time.GetUtcNow()).Next;
}
