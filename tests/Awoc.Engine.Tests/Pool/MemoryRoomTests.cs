using Awoc.Engine.Pool;

namespace Awoc.Engine.Tests.Pool;

public sealed class MemoryRoomTests
{
    [Theory]
    [InlineData(8000, 8000, true, false)]
    [InlineData(1254, 8000, true, false)]
    [InlineData(1253, 8000, false, false)]
    [InlineData(511, 8000, false, true)]
    [InlineData(3300, 32_000, false, false)]
    [InlineData(3430, 32_000, true, false)]
    [InlineData(1000, 2000, true, false)]
    [InlineData(700, 2000, false, false)]
    public void Fits_WithAReserveLeft_AndShortBelowHalfOfIt(long available, long total, bool fits, bool isShort)
    {
        var room = new MemoryRoom(() => (available, total));
        Assert.Equal((fits, isShort), (room.Fits(230), room.IsShort));
    }

    [Fact]
    public void Fits_NothingKnown_IsNoRoom()
    {
        var room = new MemoryRoom(() => null);
        Assert.False(room.Fits(1));
        Assert.False(room.IsShort);
    }
}
