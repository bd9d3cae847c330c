using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Awoc.Engine.Shims;
using Awoc.Engine.Supervision;
using Awoc.Engine.TaskFolders;
using Awoc.Engine.Tests.Pool;
using Awoc.Engine.Tests.Scheduling;
using Microsoft.Extensions.Logging.Abstractions;

namespace Awoc.Engine.Tests;

public sealed class AttemptDriverTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, "AWOC_TEST_KEY")]
    [InlineData(false, "warm is not installed")]
    public async Task Adopt_WarmAgentThatHadEnded_WaitsForWhatItsDaemonTookAlong(bool needsSecret, string lacks)
    {
        await using var rig = await SchedulingRig.OpenAsync();
        var runner = new WarmRunner();
        var queued = await rig.LaunchAsync("anything", s => s with { Agent = runner.Name, Model = "m", RequiredSecrets = needsSecret ? ["AWOC_TEST_KEY"] : [] });
        var task = await rig.ApplyAsync(queued, new TaskCommand.Dispatch("node"));
        var attempt = TaskFiles.OpenAttempt(rig.Paths.Task(task.Id), 1);
        await File.WriteAllTextAsync(Path.Combine(attempt.Path, "exit.json"), $$"""{"proto":1,"fence":0,"cause":"{{EndCause.Spare}}"}""", Stop);
        var driver = new AttemptDriver(
            rig.Ports(runner), task, runner, () => new Core.Agents.AgentAvailability(null, null, null, [], needsSecret ? null : lacks), _ => { }, NullLogger.Instance);

        await driver.AdoptAsync(new AttemptStanding.NeverBegun(), Stop);

        var now = await rig.Store.FindAsync(task.Id, Stop);
        Assert.Equal((false, TaskState.Queued), (now!.InAttempt, now.State == TaskState.Scheduled ? TaskState.Queued : now.State));
        var ended = Assert.Single(await rig.Store.AttemptsAsync(task.Id, Stop));
        Assert.Equal((TaskOutcome.Lost, EndReason.CredentialMissing), (ended.Outcome, ended.Reason));
        Assert.Contains((await rig.Store.EventsAsync(0, 100, task.Id, Stop)).Select(e => e.Event.ToString()!), text => text.Contains(lacks, StringComparison.Ordinal));
        Assert.True(driver.Ready.IsCompletedSuccessfully);
    }
}
