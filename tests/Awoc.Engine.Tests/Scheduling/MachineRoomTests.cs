using Awoc.Core.Tasks;
using Awoc.Engine.Agents;
using Awoc.Engine.Scheduling;
using Awoc.Runners.Claude;
using Awoc.Runners.Commands;
using Microsoft.Extensions.Time.Testing;

namespace Awoc.Engine.Tests.Scheduling;

/// <summary>Admission by memory and load, from files as the kernel writes them.</summary>
public sealed class MachineRoomTests : IDisposable
{
    private const long Mega = 1 << 20;

    private readonly string _root = Directory.CreateTempSubdirectory("awoc-machine-").FullName;
    private readonly FakeTimeProvider _time = new();
    private readonly Footprints _footprints = new(new AgentRoster([new ClaudeRunner(), new CommandRunner()]));
    private readonly MachineRoom _room;

    public MachineRoomTests()
    {
        _room = new MachineRoom(new MachineState(_root, 2), _footprints, _time);
        Available(8000);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Admits_RoomForOneMore_UntilWhatJustStartedIsExpectedToTakeIt()
    {
        Available(1000);
        var started = 0;
        while (_room.Admits("claude")) _room.Started(Id(started++), "claude");

        // 230 MB each by its runner, 128 MB spared: three fit and the fourth would not.
        Assert.Equal(3, started);
        Assert.Equal("memory: 310 MB free, needs 358 MB (claude)", _room.Why("claude"));
        Assert.True(_room.Admits("command"));
    }

    [Fact]
    public void Admits_WhatRunsHasTakenItsShare_IsNotCountedTwice()
    {
        Available(600);
        _room.Started(Id(0), "claude");
        Assert.True(_room.Admits("claude"));
        Available(400);
        Assert.False(_room.Admits("claude"));

        // It holds 200 MB by now, which is why less is free.
        _footprints.Saw(Id(0), 200 * Mega);
        Assert.True(_room.Admits("claude"));
    }

    [Fact]
    public void Of_TaughtByPeaks_GoesUpFastAndDownSlowly()
    {
        _room.Started(Id(0), "claude");
        _footprints.Saw(Id(0), 1230 * Mega);
        _footprints.Saw(Id(0), 100 * Mega);
        _room.Ended(Id(0));
        Assert.Equal(730 * Mega, _footprints.Of("claude"));

        _room.Started(Id(1), "claude");
        _footprints.Saw(Id(1), 230 * Mega);
        _room.Ended(Id(1));
        Assert.Equal(680 * Mega, _footprints.Of("claude"));

        _room.Started(Id(2), "claude");
        _room.Ended(Id(2));
        Assert.Equal(680 * Mega, _footprints.Of("claude"));
    }

    [Fact]
    public void Saw_OneThatRunsNoLonger_IsForgotten()
    {
        _room.Started(Id(0), "claude");
        _room.Ended(Id(0));
        _room.Saw(Id(0), 1230 * Mega);

        // Had it been kept, the next attempt would be taught by it.
        _room.Started(Id(0), "claude");
        _room.Ended(Id(0));
        Assert.Equal(230 * Mega, _footprints.Of("claude"));
    }

    [Fact]
    public void Admits_NothingRuns_Always()
    {
        Available(1);
        Assert.True(_room.Admits("claude"));
    }

    [Fact]
    public void Admits_SwitchedOff_Always()
    {
        Available(1);
        _room.Started(Id(0), "claude");
        Assert.False(_room.Admits("command"));
        _room.IsOn = false;
        Assert.True(_room.Admits("command"));
    }

    [Fact]
    public void Admits_MemoryPressure_HoldsAndSaysSo()
    {
        _room.Started(Id(0), "command");
        Write("proc/pressure/memory", "some avg10=41.70 avg60=0.05 avg300=0.13 total=367128578\nfull avg10=0.00 avg60=0.05 avg300=0.06 total=125741921\n");
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.False(_room.Admits("command"));
        Assert.Equal("memory: tasks waited for it 42 % of the last 10 s", _room.Why("command"));
    }

    [Fact]
    public void Admits_BusyProcessors_LetFourForEachCoreRun()
    {
        Write("proc/pressure/cpu", "some avg10=99.00 avg60=0.05 avg300=0.13 total=367128578\n");
        var started = 0;
        while (_room.Admits("command")) _room.Started(Id(started++), "command");

        Assert.Equal(8, started);
        Assert.StartsWith("load: ", _room.Why("command"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0::/user.slice/awoc.scope\n", "user.slice/memory.max=600", "user.slice/memory.current=500", 100)]
    [InlineData("0::/user.slice/awoc.scope\n", "user.slice/memory.max=max", "user.slice/memory.current=500", 8000)]
    [InlineData("0::/\n", "memory.max=700", "memory.current=100", 600)]
    [InlineData("4:memory:/job/9f86\n", "memory/job/memory.limit_in_bytes=300", "memory/job/memory.usage_in_bytes=250", 50)]
    [InlineData("4:memory:/not/there\n", "memory/memory.limit_in_bytes=300", "memory/memory.usage_in_bytes=100", 200)]
    [InlineData("4:cpu,memory:/job\n3:cpuset:/\n", "memory/job/memory.limit_in_bytes=9223372", "memory/job/memory.usage_in_bytes=1", 8000)]
    public void Read_CgroupLimit_TheTighterCounts(string membership, string max, string used, long expected)
    {
        Write("proc/self/cgroup", membership);
        foreach (var file in (string[])[max, used])
        {
            var (name, value) = (file.Split('=')[0], file.Split('=')[1]);
            Write($"sys/fs/cgroup/{name}", value == "max" ? "max\n" : $"{long.Parse(value) * Mega}\n");
        }

        Assert.Equal(expected * Mega, new MachineState(_root, 2).Read().FreeBytes);
    }

    [Fact]
    public void Read_FilesInAGroupsCache_CanBeGivenBack()
    {
        Write("proc/self/cgroup", "0::/\n");
        Write("sys/fs/cgroup/memory.max", $"{500 * Mega}\n");
        Write("sys/fs/cgroup/memory.current", $"{500 * Mega}\n");
        Write("sys/fs/cgroup/memory.stat", $"anon 5\nactive_file 7\ninactive_file {120 * Mega}\n");

        Assert.Equal(120 * Mega, new MachineState(_root, 2).Read().FreeBytes);
    }

    [Fact]
    public void Read_RealMachine_HasFreeMemory() => Assert.InRange(MachineState.Real.Read().FreeBytes!.Value, 1, long.MaxValue);

    private void Available(long megabytes)
    {
        Write("proc/meminfo", $"MemTotal:       16000000 kB\nMemFree:          100000 kB\nMemAvailable:   {megabytes * 1024} kB\n");
        _time.Advance(TimeSpan.FromSeconds(1));
    }

    private void Write(string path, string text)
    {
        var whole = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(whole)!);
        File.WriteAllText(whole, text);
    }

    private static TaskId Id(int number) => TaskId.Parse($"1763876543-{number:x12}");
}
