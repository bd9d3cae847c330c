using System.Collections.Immutable;
using System.Reflection;
using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Launching;
using Awoc.Engine.Tasks;
using Awoc.Engine.Tests.Scheduling;

namespace Awoc.Engine.Tests.Launching;

public sealed class SecretSupplyTests
{
    private const string Key = "A_KEY";

    private static readonly Dictionary<string, string> s_secrets = new() { [Key] = "sesame" };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>A daemon takes up what the one before it had dispatched; the person's key comes before it is seen that it is gone.</summary>
    [Fact]
    public async Task Supply_AttemptThatIsJustTakenUp_KeepsItForTheNextOne()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        var running = await rig.ApplyAsync(await LaunchAsync(rig), new TaskCommand.Dispatch("node"));
        var ports = rig.Ports();

        Assert.Empty(await new SecretSupply(ports).SupplyAsync(s_secrets, Stop));

        await rig.ApplyAsync(running, new TaskCommand.Defer(running.Fence, TaskOutcome.Lost, EndReason.CredentialMissing, Usage.Zero, 0, rig.Time.GetUtcNow(), Key));
        Assert.Empty(ports.Vault.Missing(running));
    }

    [Fact]
    public async Task Supply_AttemptThatHasItsOwn_LeavesThem()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        var running = await rig.ApplyAsync(await LaunchAsync(rig), new TaskCommand.Dispatch("node"));
        var ports = rig.Ports();
        ports.Vault.Put(running.Id, new Dictionary<string, string> { [Key] = "its own" });

        await new SecretSupply(ports).SupplyAsync(s_secrets, Stop);

        Assert.Equal("its own", ports.Vault.Get(running.Id)[Key]);
    }

    [Fact]
    public async Task Supply_TaskThatEndsMeanwhile_IsNotHeld()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        var before = await LaunchAsync(rig);
        await rig.ApplyAsync(before, new TaskCommand.Cancel("the test"));
        var ports = rig.Ports();

        Assert.False(await new SecretSupply(ports).SupplyAsync(before, s_secrets, Stop));

        Assert.Empty(ports.Vault.Get(before.Id));
    }

    /// <summary>The dispatcher asks for the key at the moment that it comes.</summary>
    [Fact]
    public async Task Supply_AskedForMeanwhile_GoesOn()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        var before = await rig.ApplyAsync(await LaunchAsync(rig), new TaskCommand.Enqueue());
        await rig.ApplyAsync(before, new TaskCommand.AskInput("needs it"));

        Assert.True(await new SecretSupply(rig.Ports()).SupplyAsync(before, s_secrets, Stop));

        Assert.Equal(TaskState.Queued, (await rig.Store.FindAsync(before.Id, Stop))!.State);
    }

    [Fact]
    public async Task Supply_ManyThatWait_ReadsThemTogetherAndThoseThatGetNothingNotAtAll()
    {
        await using var rig = await SchedulingRig.OpenAsync();
        for (var i = 0; i < 20; i++) await LaunchAsync(rig);
        for (var i = 0; i < 20; i++) await rig.LaunchAsync();
        var asks = await rig.ApplyAsync(await LaunchAsync(rig), new TaskCommand.AskInput("needs it"));
        rig.Use(new TaskBook(Counted.Of(rig.Store, out var counted), rig.Feed, rig.Time));
        var supply = new SecretSupply(rig.Ports());

        Assert.Equal([asks.Id], await supply.SupplyAsync(s_secrets, Stop));

        // All once, and the one that goes on for its change.
        Assert.Equal([21, 1], counted.Read);
        counted.Read.Clear();
        Assert.Empty(await supply.SupplyAsync(s_secrets, Stop));
        Assert.Empty(counted.Read);
    }

    private static Task<AgentTask> LaunchAsync(SchedulingRig rig) =>
        rig.LaunchAsync(with: s => s with { SecretNames = [Key], RequiredSecrets = ImmutableArray.Create(Key) });

    /// <summary>The real store; says of each look at tasks by their ids how many those were.</summary>
    public class Counted : DispatchProxy
    {
        private ITaskStore _store = null!;

        public List<int> Read { get; } = [];

        public static ITaskStore Of(ITaskStore store, out Counted counted)
        {
            var proxy = Create<ITaskStore, Counted>();
            counted = (Counted)(object)proxy;
            counted._store = store;
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == nameof(ITaskStore.FindAsync)) Read.Add(args![0] is IReadOnlyCollection<TaskId> ids ? ids.Count : 1);
            return targetMethod.Invoke(_store, args);
        }
    }
}
