using Awoc.Engine.Launching;

namespace Awoc.Engine.Tests;

public sealed class PastUseTests
{
    [Fact]
    public void Of_NoTasks_KnowsNothing() => Assert.Equal(0, PastUse.Of([]).Tasks);

    [Theory]
    [InlineData(new long[] { 7 }, 7, 7)]
    [InlineData(new long[] { 3, 1, 2 }, 2, 3)]
    [InlineData(new long[] { 10, 9, 8, 7, 6, 5, 4, 3, 2, 1 }, 5, 9)]
    public void Spread_OfFigures_IsOneThatWasThere(long[] values, long half, long nineTenths) =>
        Assert.Equal(new Spread<long>(half, nineTenths), Spread<long>.Of(values));
}
