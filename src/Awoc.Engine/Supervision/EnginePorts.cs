using Awoc.Core.Agents;
using Awoc.Core.Contracts;
using Awoc.Engine.Agents;
using Awoc.Engine.Budgets;
using Awoc.Engine.Contexts;
using Awoc.Engine.Credentials;
using Awoc.Engine.Homes;
using Awoc.Engine.Pool;
using Awoc.Engine.Quotas;
using Awoc.Engine.Scheduling;
using Awoc.Engine.Settings;
using Awoc.Engine.Shims;
using Awoc.Engine.TaskFolders;
using Awoc.Engine.Tasks;
using Awoc.Engine.Verifying;

namespace Awoc.Engine.Supervision;

/// <summary>What an attempt's supervision works with.</summary>
/// <param name="Node">This daemon's start: leases and attempts carry it.</param>
/// <param name="Rehearsal">Where rehearsed model calls go.</param>
/// <param name="Daemon">How a shim starts a daemon that is missing; null never.</param>
public sealed record EnginePorts(
    string Node,
    AwocPaths Paths,
    TaskBook Book,
    TaskFiles Files,
    SecretVault Vault,
    AgentRoster Roster,
    IModelGateway Gateway,
    ISettingsSource Settings,
    ShimLauncher Shims,
    RehearsalUpstream Rehearsal,
    ISchemaValidator Schemas,
    ShimDaemon? Daemon,
    TimeProvider Time)
{
    public Verifier Verifier { get; } = new(Schemas, Settings);

    /// <summary>What tasks share at the head of their requests.</summary>
    public SharedContexts Contexts { get; } = new(Paths, Settings, Book.Store, Rehearsal, Time);

    /// <summary>The budgets that tasks share.</summary>
    public BudgetPools Pools { get; } = new(Time);

    /// <summary>The usage windows of the accounts that tasks work with.</summary>
    public QuotaBook Quotas => LazyInitializer.EnsureInitialized(ref field, () => new QuotaBook(this));

    /// <summary>Agents that are started and wait for a task.</summary>
    public WarmPool Warm { get; } = new(Time, new MemoryRoom(MachineState.Real));
}
