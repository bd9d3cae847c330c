using Awoc.Daemon.Hosting;
using Awoc.Engine.Quotas;
using Awoc.Engine.Scheduling;
using Awoc.Engine.Waiting;
using Microsoft.Extensions.DependencyInjection;

namespace Awoc.Daemon.Tests;

public sealed class StartGatesTests
{
    [Fact]
    public void AddStartGates_Order_TheLeaderOfAContextIsChosenLast()
    {
        var gates = new ServiceCollection().AddStartGates().Where(s => s.ServiceType == typeof(IStartGate)).ToList();

        // The last is the one that watches tasks as well: made elsewhere.
        Assert.Equal([typeof(DependencyGate), typeof(QuotaGate), null], gates.Select(g => g.ImplementationType));
    }
}
