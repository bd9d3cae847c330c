using Awoc.Engine.Contexts;
using Awoc.Engine.Quotas;
using Awoc.Engine.Scheduling;
using Awoc.Engine.Waiting;

namespace Awoc.Daemon.Hosting;

/// <summary>Who is asked before a task starts, and in which order.</summary>
internal static class StartGates
{
    /// <summary>
    /// First whether the task may start at all, then whether its account may work; last the one that makes it the leader of others, who
    /// would wait for one that does not start.
    /// </summary>
    public static IServiceCollection AddStartGates(this IServiceCollection services) => services
        .AddSingleton<IStartGate, DependencyGate>()
        .AddSingleton<IStartGate, QuotaGate>()
        .AddSingleton<ContextGate>().AddSingleton<IStartGate>(p => p.GetRequiredService<ContextGate>());
}
