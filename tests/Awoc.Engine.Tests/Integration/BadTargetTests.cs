using System.Diagnostics;
using Awoc.Core.Integration;

namespace Awoc.Engine.Tests.Integration;

/// <summary>What cannot be a target is refused by name, and nothing is written anywhere.</summary>
public sealed class BadTargetTests : IAsyncLifetime
{
    private IntegrationBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await IntegrationBench.OpenAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Integrate_Directory_IsRefused()
    {
        Directory.CreateDirectory(_bench.In("docs"));
        Assert.Contains("is a directory", await RefusedAsync("docs"), StringComparison.Ordinal);
        Assert.Contains("is a directory", await RefusedAsync("docs/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Integrate_Pipe_IsRefusedWithoutWaitingForIt()
    {
        using var made = Process.Start("mkfifo", _bench.In("pipe.md"));
        await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Contains("is a pipe", await RefusedAsync("pipe.md"), StringComparison.Ordinal);
        Assert.Contains("a device", await RefusedAsync("/dev/null", allowOutside: true), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Integrate_LinksInACircle_IsRefused()
    {
        File.CreateSymbolicLink(_bench.In("a.md"), "b.md");
        File.CreateSymbolicLink(_bench.In("b.md"), "a.md");
        Assert.Contains("circle", await RefusedAsync("a.md"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Integrate_ReadOnlyFileOrDirectory_IsRefused()
    {
        _bench.Write("mine.md", "# Mine\n");
        File.SetUnixFileMode(_bench.In("mine.md"), UnixFileMode.UserRead);
        Assert.Contains("chmod u+w", await RefusedAsync("mine.md"), StringComparison.Ordinal);
        Assert.Equal("# Mine\n", _bench.Read("mine.md"));

        var folder = Directory.CreateDirectory(_bench.In("sealed"));
        folder.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserExecute;
        Assert.Contains("is read-only", await RefusedAsync("sealed/new.md"), StringComparison.Ordinal);
        folder.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    }

    [Fact]
    public async Task Integrate_MissingParent_IsRefusedWithTheCommandThatMakesIt()
    {
        Assert.Contains($"mkdir -p {_bench.In("not/there")}", await RefusedAsync("not/there/notes.md"), StringComparison.Ordinal);
        _bench.Write("file", "");
        Assert.Contains("is a file", await RefusedAsync("file/notes.md"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Integrate_FiftyMegabytesAndMore_IsRefused()
    {
        using (var file = File.Create(_bench.In("huge.md"))) file.SetLength((50L * 1024 * 1024) + 1);
        Assert.Contains("50 MB", await RefusedAsync("huge.md"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Integrate_BinaryOrNoUtf8_IsRefusedWithTheLine()
    {
        File.WriteAllBytes(_bench.In("picture.md"), [1, 2, 0, 4]);
        Assert.Contains("binary", await RefusedAsync("picture.md"), StringComparison.Ordinal);
        byte[] latin = [.. "one\ntwo\nD"u8, 0xFC, .. "sseldorf\n"u8];
        File.WriteAllBytes(_bench.In("latin.md"), latin);
        Assert.Contains("latin.md:3:", await RefusedAsync("latin.md"), StringComparison.Ordinal);
        Assert.Equal(latin, File.ReadAllBytes(_bench.In("latin.md")));
    }

    [Fact]
    public async Task Integrate_BrokenJsonOrUnclosedFence_IsRefusedWithTheLine()
    {
        _bench.Write("broken.json", "{\n  \"a\": 1,\n  oops\n}\n");
        Assert.Contains("broken.json:3", await RefusedAsync("broken.json", result: "{}"), StringComparison.Ordinal);
        _bench.Write("open.md", "# Notes\n\n```\nnever closed\n");
        Assert.Contains("open.md:3", await RefusedAsync("open.md"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Integrate_OutsideTheTasksDirectory_NeedsLeave()
    {
        var outside = Path.Combine(_bench.Root, "outside.md");
        File.WriteAllText(outside, "# Outside\n");
        File.CreateSymbolicLink(_bench.In("link.md"), outside);

        Assert.Contains("--allow-outside", await RefusedAsync(outside), StringComparison.Ordinal);
        Assert.Contains("--allow-outside", await RefusedAsync("../outside.md"), StringComparison.Ordinal);
        Assert.Contains("leads to", await RefusedAsync("link.md"), StringComparison.Ordinal);
        Assert.Equal("# Outside\n", File.ReadAllText(outside));

        var task = await _bench.EndedAsync("# R\n\nWords.\n");
        await _bench.DoneAsync(task, _bench.Order(into: "link.md") with { AllowOutside = true });
        Assert.Contains("Words.", File.ReadAllText(outside), StringComparison.Ordinal);
        Assert.Equal(outside, new FileInfo(_bench.In("link.md")).LinkTarget);
    }

    [Fact]
    public async Task Integrate_LinkInside_WritesWhatItLeadsTo()
    {
        _bench.Write("real.md", "# Real\n");
        File.CreateSymbolicLink(_bench.In("alias.md"), "real.md");
        var task = await _bench.EndedAsync("# R\n\nWords.\n");

        var report = await _bench.DoneAsync(task, _bench.Order(into: "alias.md"));

        Assert.Equal(_bench.In("real.md"), report.Target);
        Assert.Equal("real.md", new FileInfo(_bench.In("alias.md")).LinkTarget);
        Assert.Contains("Words.", _bench.Read("real.md"), StringComparison.Ordinal);
        await _bench.UndoneAsync(task);
        Assert.Equal("# Real\n", _bench.Read("real.md"));
    }

    private async Task<string> RefusedAsync(string into, bool allowOutside = false, string result = "# R\n\nWords.\n")
    {
        var before = Directory.EnumerateFileSystemEntries(_bench.Work, "*", SearchOption.AllDirectories).Order().ToList();
        var task = await _bench.EndedAsync(result, output: result[0] == '{' ? "result.json" : null);
        var why = await _bench.RefusedAsync(task, _bench.Order(IntegrationMode.Append, into) with { AllowOutside = allowOutside });
        Assert.Contains(Path.GetFileName(into.TrimEnd('/')), why, StringComparison.Ordinal);
        Assert.Equal(before, Directory.EnumerateFileSystemEntries(_bench.Work, "*", SearchOption.AllDirectories).Order());
        _bench.AssertTidy();
        return why;
    }
}
