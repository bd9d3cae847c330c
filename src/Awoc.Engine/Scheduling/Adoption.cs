using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Awoc.Engine.Budgets;
using Awoc.Engine.Shims;
using Awoc.Engine.Supervision;
using Awoc.Engine.Tasks;
using Microsoft.Extensions.Logging;

namespace Awoc.Engine.Scheduling;

/// <summary>Takes up what an earlier daemon left running.</summary>
internal sealed partial class Adoption(EnginePorts ports, RunningAttempts running, PoolGate pools, AgentProbe probe, ILogger log)
{
    private static readonly TimeSpan s_adoptionPatience = TimeSpan.FromSeconds(5);

    /// <summary>An agent whose call waits is better off than one that is told that nobody knows it: each log is read whole before its attempt is ready.</summary>
    private static readonly TimeSpan s_readyPatience = TimeSpan.FromSeconds(60);

    public async Task TakeUpAsync(TimeSpan lease, CancellationToken stop)
    {
        await pools.BeginAsync(stop);
        var left = await ports.Book.Store.InAttemptAsync(stop);
        await Task.WhenAll(left.Where(task => !running.Contains(task.Id)).Select(task => AdoptAsync(task, lease, stop)));
        if (left.Count > 0) LogAdopting(left.Count);
        await Task.WhenAny(Task.WhenAll(running.Ready), Task.Delay(s_readyPatience, ports.Time, stop));
    }

    private async Task AdoptAsync(AgentTask task, TimeSpan lease, CancellationToken stop)
    {
        if (ports.Roster.Find(task.Spec.Agent) is not { } runner) return;
        // The doors are open already: a cancel or a top-up may come between the listing and this.
        var entry = await ports.Book.ApplyAsync(task.Id, new TaskCommand.Adopt(ports.Node), stop, leaseFor: lease);
        if (entry is not BookEntry.Applied(var adopted)) return;
        await pools.KeepAsync(adopted, stop);
        var directory = ports.Paths.Task(task.Id).Attempt(task.Attempt).Path;
        running.Drive(adopted, runner, () => probe.Availability(adopted, runner), async driver =>
        {
            var standing = await AttemptProbe.ExamineAsync(directory, s_adoptionPatience, ports.Time, stop);
            if (standing is AttemptStanding.NotStarted or AttemptStanding.NeverBegun) await driver.RestartAsync(stop);
            else await driver.AdoptAsync(standing, stop);
        }, stop);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} attempts of an earlier daemon adopted")]
    private partial void LogAdopting(int count);
}
