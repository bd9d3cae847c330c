using Awoc.Core.Budgets;

namespace Awoc.Core.Tests;

public sealed class UsageTests
{
    [Fact]
    public void Add_KnownAndUnknownCost_KeepsTheKnown()
    {
        var sum = new Usage(1, 2, 3, 4, 5) { CostUsd = 0.5m, Turns = 2 } + new Usage(10, 20, 30, 40, 50) { Estimated = true, Turns = 3 };

        Assert.Equal(new Usage(11, 22, 33, 44, 55) { CostUsd = 0.5m, Estimated = true, Turns = 5 }, sum);
    }

    [Fact]
    public void Add_NoCosts_StaysUnknown() => Assert.Null((new Usage(1) + new Usage(2)).CostUsd);
}
