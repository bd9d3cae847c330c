using System.Diagnostics;
using Awoc.TestKit;

namespace Awoc.EndToEnd.BadInput;

/// <summary>Outputs that cannot be delivered, or that nobody gave leave for: refused before anything is paid for.</summary>
public sealed class BadInputOutputTests(SharedSandbox shared) : IClassFixture<SharedSandbox>
{
    private readonly AwocSandbox _awoc = shared.Awoc;

    [Fact]
    public async Task Run_OutputInAMissingDirectory_SaysHowToMakeIt() =>
        Refusal.Is(await RunAsync("no/such/out.txt"), 2, "no/such/out.txt", "mkdir -p");

    [Theory]
    [InlineData(".")]
    [InlineData("sub/")]
    [InlineData("new/")]
    public async Task Run_OutputIsADirectory_IsRefused(string output)
    {
        Directory.CreateDirectory(Path.Combine(_awoc.Work, "sub"));
        Refusal.Is(await RunAsync(output), 2, "OUTPUT", "director");
    }

    [Fact]
    public async Task Run_OutputBelowAFile_IsRefused()
    {
        await File.WriteAllTextAsync(Path.Combine(_awoc.Work, "file"), "");
        Refusal.Is(await RunAsync("file/out.txt"), 2, "file/out.txt");
    }

    [Fact]
    public async Task Run_EmptyOutput_CountsAsLeftOut()
    {
        var ran = await RunAsync("");
        Assert.True(ran.Code == 0, ran.Error);
        Assert.Null((await _awoc.EndOfAsync(ran.Out.Trim()))["output"]);
    }

    [Fact]
    public async Task Run_OutputNameTooLong_IsRefused() => Refusal.Is(await RunAsync(new string('n', 300)), 2, "OUTPUT");

    [Fact]
    public async Task Run_OutputOnAReadOnlyMount_IsRefused()
    {
        using var mount = Mount.ReadOnly(Path.Combine(_awoc.Work, "ro"));
        Refusal.Is(await RunAsync("ro/out.txt"), 2, "ro/out.txt", "written");
    }

    [Fact]
    public async Task Run_OutputIsAPipe_IsRefusedAtOnce()
    {
        var pipe = Path.Combine(_awoc.Work, "pipe");
        using (var made = Process.Start("mkfifo", pipe)) await made.WaitForExitAsync();
        Refusal.Is(await RunAsync("pipe"), 2, "pipe");
    }

    [Fact]
    public async Task Run_OutputIsADevice_IsRefused() => Refusal.Is(await RunAsync("/dev/null", "--allow-outside"), 2, "/dev/null", "device");

    [Theory]
    [InlineData("../outside.txt")]
    [InlineData("sub/../../outside.txt")]
    [InlineData("{root}/outside.txt")]
    [InlineData("{root}/work2/outside.txt")]
    [InlineData("leads-out/outside.txt")]
    [InlineData("link-out.txt")]
    [InlineData("dangling-out.txt")]
    public async Task Run_OutputOutside_NeedsLeave(string output)
    {
        Directory.CreateDirectory(Path.Combine(_awoc.Work, "sub"));
        Directory.CreateDirectory(Path.Combine(_awoc.Root, "work2"));
        Link("leads-out", _awoc.Root);
        await File.WriteAllTextAsync(Path.Combine(_awoc.Root, "secret.txt"), "mine");
        Link("link-out.txt", Path.Combine(_awoc.Root, "secret.txt"));
        Link("dangling-out.txt", Path.Combine(_awoc.Root, "new.txt"));
        Refusal.Is(await RunAsync(output.Replace("{root}", _awoc.Root, StringComparison.Ordinal)), 2, "--allow-outside");
        Assert.False(File.Exists(Path.Combine(_awoc.Root, "outside.txt")));
        Assert.Equal("mine", await File.ReadAllTextAsync(Path.Combine(_awoc.Root, "secret.txt")));
    }

    [Fact]
    public async Task Run_OutputOutsideWithLeave_IsDelivered()
    {
        var ran = await RunAsync("../allowed.txt", "--allow-outside", "--wait");
        Assert.True(ran.Code == 0, ran.Error);
        Assert.Equal("hi\n", await File.ReadAllTextAsync(Path.Combine(_awoc.Root, "allowed.txt")));
    }

    [Fact]
    public async Task Run_OutputThroughALinkInside_WritesWhatTheLinkLeadsTo()
    {
        await File.WriteAllTextAsync(Path.Combine(_awoc.Work, "real.txt"), "old");
        Link("alias.txt", "real.txt");
        var ran = await RunAsync("alias.txt", "--overwrite", "--wait");
        Assert.True(ran.Code == 0, ran.Error);
        Assert.Equal("hi\n", await File.ReadAllTextAsync(Path.Combine(_awoc.Work, "real.txt")));
        Assert.NotNull(new FileInfo(Path.Combine(_awoc.Work, "alias.txt")).LinkTarget);
    }

    [Fact]
    public async Task Run_OutputDirectoryGoneWhenItEnds_KeepsTheResultAndSaysWhere()
    {
        Directory.CreateDirectory(Path.Combine(_awoc.Work, "gone"));
        var ran = await _awoc.AwocAsync("run", "--agent", "command", "rmdir gone; echo kept", "gone/out.txt", "--wait");
        Assert.Equal(1, ran.Code);
        var status = await _awoc.StatusAsync(ran.Out.Trim());
        Assert.Equal("delivery_failed", (string?)status["reason"]);
        Assert.Equal("kept\n", (await _awoc.AwocAsync("output", ran.Out.Trim())).Out);
    }

    [Fact]
    public async Task Run_AgentTurnsTheOutputIntoAPipe_EndsAllTheSame()
    {
        var ran = await _awoc.AwocAsync("run", "--agent", "command", "mkfifo turned.txt; echo said", "turned.txt", "--wait");
        Assert.True(ran.Code is 0 or 1, ran.Error);
        Assert.Equal("said\n", (await _awoc.AwocAsync("output", ran.Out.Trim())).Out);
    }

    private Task<Ran> RunAsync(string output, params string[] flags) => _awoc.AwocAsync(["run", "--agent", "command", "echo hi", output, .. flags]);

    private void Link(string name, string target)
    {
        var path = Path.Combine(_awoc.Work, name);
        if (new FileInfo(path).LinkTarget is null) File.CreateSymbolicLink(path, target);
    }
}
