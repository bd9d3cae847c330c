using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using Awoc.Engine.Shims;

namespace Awoc.Shim.Tests;

public sealed class LogTests(PublishedShim shim)
{
    [Fact]
    public async Task Run_FiftyMegabytesOfAnyBytes_AreInTheLogAsTheyWere()
    {
        await using var attempt = new Attempt(shim);
        var bytes = new byte[50_000_000];
        new Random(1).NextBytes(bytes);
        await File.WriteAllBytesAsync(attempt.File("said"), bytes);
        attempt.Script("cat said; printf 'no \\377 text\\000' >&2").With(spec => spec with { Cwd = attempt.Directory });

        var exit = await attempt.RunAsync();

        Assert.Equal((50_000_000, 10, 0), (exit.Events, exit.Stderr, exit.Dropped));
        Assert.Equal(SHA256.HashData(bytes), SHA256.HashData(await File.ReadAllBytesAsync(attempt.File(ShimFiles.Events))));
        Assert.Equal("no \u00ff text\0"u8.Length - 1, new FileInfo(attempt.File(ShimFiles.Stderr)).Length);
        AssertIndex(attempt, exit);
    }

    [Fact]
    public async Task Run_MergedStderr_KeepsTheOrderOfBoth()
    {
        await using var attempt = new Attempt(shim).Script("echo a; echo b >&2; echo c").With(spec => spec with { MergeStderr = true });

        var exit = await attempt.RunAsync();

        Assert.Equal(("a\nb\nc\n", 0), (attempt.Events(), exit.Stderr));
    }

    [Fact]
    public async Task Run_LogLimitIsPassed_DropsTheRestAndCountsIt()
    {
        await using var attempt = new Attempt(shim).Script("head -c 300000 /dev/zero; echo end >&2").With(spec => spec with { LogLimit = 100_000 });

        var exit = await attempt.RunAsync();

        Assert.Equal((0, 100_000, 200_000, 4), (exit.Code, exit.Events, exit.Dropped, exit.Stderr));
        Assert.Equal(100_000, new FileInfo(attempt.File(ShimFiles.Events)).Length);
    }

    [Fact]
    public async Task Run_DiskIsFull_HoldsTheAgentAndLosesNothing()
    {
        using var disk = SmallDisk.Mount();
        await using var attempt = new Attempt(shim, disk.Path);
        attempt.Script("i=0; while [ $i -lt 40000 ]; do echo \"line $i of a long report\"; i=$((i+1)); done");
        await File.WriteAllBytesAsync(Path.Combine(disk.Path, "ballast"), new byte[700_000]);
        attempt.Start();
        var owner = await attempt.OwnAsync(5);

        Assert.True((await Until.MessageAsync<ShimMessage.Full>(owner)).On);
        File.Delete(Path.Combine(disk.Path, "ballast"));
        Assert.False((await Until.MessageAsync<ShimMessage.Full>(owner)).On);
        Assert.True((await Until.MessageAsync<ShimMessage.Full>(owner)).On, "one megabyte does not hold it all");
        disk.Grow();
        var exit = (await Until.MessageAsync<ShimMessage.Exit>(owner)).Record;

        Assert.Equal((0, 0), (exit.Code, exit.Dropped));
        Assert.Equal(string.Concat(Enumerable.Range(0, 40000).Select(i => $"line {i} of a long report\n")), attempt.Events());
        AssertIndex(attempt, exit);
    }

    [Fact]
    public async Task Launch_NoRoomForTheRecords_GivesTheClaimBackAndRunsNothing()
    {
        using var disk = SmallDisk.Mount();
        await using var attempt = new Attempt(shim, disk.Path).Script("echo ran");
        attempt.Spec.Write(attempt.Directory);
        await File.WriteAllBytesAsync(Path.Combine(disk.Path, "ballast"), new byte[1_000_000]);

        using var refused = Process.Start(new ProcessStartInfo(shim.Path, ["run", attempt.Directory]))!;
        await refused.WaitForExitAsync().WaitAsync(Attempt.Patience);
        var standing = await AttemptProbe.ExamineAsync(attempt.Directory, TimeSpan.Zero, TimeProvider.System);
        File.Delete(Path.Combine(disk.Path, "ballast"));
        var exit = await attempt.RunAsync();

        Assert.Equal(74, refused.ExitCode);
        Assert.IsType<AttemptStanding.NotStarted>(standing);
        Assert.Equal((0, "ran\n"), (exit.Code, attempt.Events()));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("{\"proto\":2,\"argv\":[\"true\"],\"cwd\":\"/\",\"socket\":\"s\",\"mark\":\"A=b\"}")]
    public async Task Launch_SpecIsNoneOfOurs_EndsWithoutAClaimAndSaysWhy(string spec)
    {
        await using var attempt = new Attempt(shim);
        await File.WriteAllTextAsync(attempt.File(ShimFiles.Spec), spec);

        using var refused = Process.Start(new ProcessStartInfo(shim.Path, ["run", attempt.Directory]))!;
        await refused.WaitForExitAsync().WaitAsync(Attempt.Patience);

        Assert.Equal(65, refused.ExitCode);
        Assert.False(File.Exists(attempt.File(ShimFiles.Claim)));
        Assert.Contains("spec.json", File.ReadAllText(attempt.File(ShimFiles.ShimLog)), StringComparison.Ordinal);
        File.Delete(attempt.File(ShimFiles.Spec));
    }

    /// <summary>Offsets rise from 0 without passing the end; times never fall.</summary>
    private static void AssertIndex(Attempt attempt, ShimExit exit)
    {
        var index = File.ReadAllBytes(attempt.File(ShimFiles.EventsIndex));
        Assert.Equal(0, index.Length % 16);
        long offset = -1, time = exit.StartedUs!.Value - 1_000_000;
        for (var at = 0; at < index.Length; at += 16)
        {
            var nextOffset = BinaryPrimitives.ReadInt64LittleEndian(index.AsSpan(at));
            var nextTime = BinaryPrimitives.ReadInt64LittleEndian(index.AsSpan(at + 8));
            Assert.True(at > 0 ? nextOffset > offset : nextOffset == 0, $"offset {nextOffset} after {offset}");
            Assert.InRange(nextTime, time, exit.EndedUs + 20_000_000);
            (offset, time) = (nextOffset, nextTime);
        }

        Assert.InRange(offset, 0, exit.Events - 1);
    }
}
