using Awoc.Engine.Contexts;
using Awoc.Engine.Launching;

namespace Awoc.Engine.Tests.Contexts;

public sealed class GroupLifeTests
{
    [Theory]
    [InlineData(8, 120, 8, false)]
    [InlineData(8, 120, 2, true)]
    [InlineData(40, 60, 10, false)]
    [InlineData(60, 60, 10, true)]
    [InlineData(1, 3600, 4, false)]
    [InlineData(2, 600, 4, true)]
    public void Outlives_TasksByTheirPastOverTheSlots_IsHeldAgainstFiveMinutes(int tasks, long seconds, int slots, bool expected) =>
        Assert.Equal(expected, GroupLife.Outlives(tasks, new PastUse(5, default, new Spread<long>(seconds, seconds), null), slots));

    [Fact]
    public void Outlives_NothingIsKnown_IsFalse() => Assert.False(GroupLife.Outlives(1000, PastUse.None, 1));
}
