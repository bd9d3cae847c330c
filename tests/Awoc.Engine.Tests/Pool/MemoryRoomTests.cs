using Awoc.Engine.Pool;
using Awoc.Engine.Scheduling;

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
        var room = new MemoryRoom(() => Of(available, total));
        Assert.Equal((fits, isShort), (room.Fits(230), room.IsShort));
    }

    [Fact]
    public void Fits_NothingKnown_IsNoRoom()
    {
        var room = new MemoryRoom(() => new MachineReading(null, 0, 0));
        Assert.False(room.Fits(1));
        Assert.False(room.IsShort);
    }

    [Fact]
    public void Fits_WhereMemoryIsWaitedFor_IsNoRoomThoughMuchIsFree()
    {
        var room = new MemoryRoom(() => Of(8000, 8000) with { MemoryPressure = 21 });
        Assert.False(room.Fits(1));
        Assert.True(room.IsShort);
    }

    [Fact]
    public void Fits_InACgroup_IsMeasuredByItsLimitAndNotByTheMachines()
    {
        var root = Directory.CreateTempSubdirectory("awoc-cgroup-").FullName;
        try
        {
            Write("proc/meminfo", "MemTotal: 32000000 kB\nMemFree: 1 kB\nMemAvailable: 30000000 kB\n");
            Write("proc/self/cgroup", "0::/app\n");
            Write("sys/fs/cgroup/app/memory.max", $"{2000L << 20}\n");
            Write("sys/fs/cgroup/app/memory.current", $"{1700L << 20}\n");
            var room = new MemoryRoom(new MachineState(root, 2));

            // A quarter of its 2000 MB is kept free.
            Assert.False(room.Fits(1));
            Assert.False(room.IsShort);
            Write("sys/fs/cgroup/app/memory.current", $"{1000L << 20}\n");
            Assert.True(room.Fits(500));
            Assert.False(room.Fits(501));
            Write("sys/fs/cgroup/app/memory.current", $"{1760L << 20}\n");
            Assert.True(room.IsShort);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }

        void Write(string path, string text)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, path))!);
            File.WriteAllText(Path.Combine(root, path), text);
        }
    }

    private static MachineReading Of(long available, long total) => new(available << 20, 0, 0) { TotalBytes = total << 20 };
}
