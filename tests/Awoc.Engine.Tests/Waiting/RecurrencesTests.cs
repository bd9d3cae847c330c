using Awoc.Core.Lifecycle;
using Awoc.Core.Scheduling;
using Awoc.Core.Tasks;
using Awoc.Engine.Scheduling;
using Awoc.Engine.Tests.Scheduling;
using Awoc.Engine.Waiting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Awoc.Engine.Tests.Waiting;

/// <summary>A series that delivers each result to the same file.</summary>
public sealed class RecurrencesTests
{
    [Fact]
    public async Task Start_TheOneBeforeItIsTriedAgain_WaitsForThat()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        var ports = rig.Ports();
        using var stop = new CancellationTokenSource();
        var watch = new DependencyWatch(ports, NullLogger<DependencyWatch>.Instance).RunAsync(stop.Token);
        rig.Dispatch(new DependencyGate(ports));
        var go = Path.Combine(rig.Paths.Home, "go");
        var again = await rig.LaunchAsync($"while [ ! -e {go} ]; do sleep 0.05; done");
        await rig.UntilAsync(again.Id, t => t.State == TaskState.Running, "to run");

        var next = await rig.LaunchAsync(with: s => s with { Recurs = new Recurrence("0 2 * * *", "Etc/UTC") { Previous = again.Id } });

        var waits = await rig.UntilAsync(next.Id, t => t.State != TaskState.Queued, "to be looked at");
        Assert.Equal((TaskState.Scheduled, WaitKind.Dependency, $"task {again.Id.Handle}"), (waits.State, waits.WaitKind, waits.WaitsFor));
        await File.WriteAllTextAsync(go, "");
        Assert.True((await rig.EndOfAsync(next.Id)).StartedAt >= (await rig.EndOfAsync(again.Id)).EndedAt);
        await stop.CancelAsync();
        await watch;
    }

    [Fact]
    public async Task Stored_SeriesWithAnOutput_EachDeliversAndAnyCanBeTriedAgain()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        rig.LetRecur();
        rig.Dispatch();
        var output = Path.Combine(rig.Paths.Home, "report.txt");
        var marks = Path.Combine(rig.Paths.Home, "marks");
        var first = await rig.LaunchAsync(
            $"echo x >> {marks}; cat {marks}; if [ $(wc -l < {marks}) = 2 ]; then exit 1; fi",
            s => s with { Output = output, Recurs = new Recurrence("* * * * * *", "Etc/UTC") });

        var end = await rig.EndOfAsync(first.Id);
        Assert.True(end.Delivered);
        Assert.Equal("x\n", await File.ReadAllTextAsync(output));

        // The second fails and brings nothing; the third knows the file of the first.
        var second = await rig.EndOfAsync(end.Successor!.Value);
        Assert.False(second.Delivered);
        var third = await rig.EndOfAsync(second.Successor!.Value);
        Assert.True(third.Delivered);
        Assert.StartsWith("x\nx\nx\n", await File.ReadAllTextAsync(output), StringComparison.Ordinal);

        rig.Settings.Now = rig.Settings.Now with { Queues = QueueSettings.None with { Queues = QueueSettings.None.Queues.Add("default", new QueueLimit(null, true)) } };
        rig.Feed.Pulse();

        // One whose next waits: that is going to write there too.
        var last = third;
        while (await rig.Store.FindAsync(last.Successor!.Value, CancellationToken.None) is { State: TaskState.Ended } later) last = later;
        var again = await rig.ApplyAsync(last, new TaskCommand.Reopen("user"));
        Assert.Equal(TaskState.Queued, again.State);
        rig.Settings.Now = rig.Settings.Now with { Queues = QueueSettings.None };
        rig.Feed.Pulse();
        Assert.Equal(TaskOutcome.Succeeded, (await rig.EndOfAsync(last.Id)).Outcome);
        rig.Settings.Now = rig.Settings.Now with { Concurrency = 1, Queues = QueueSettings.None with { Queues = QueueSettings.None.Queues.Add("default", new QueueLimit(null, true)) } };
    }
}
