using Awoc.TestKit;

namespace Awoc.EndToEnd.BadInput;

/// <summary>Descriptions as people and scripts paste them.</summary>
public sealed class BadInputDescriptionTests(SharedSandbox shared) : IClassFixture<SharedSandbox>
{
    private readonly AwocSandbox _awoc = shared.Awoc;

    [Fact]
    public async Task Run_TenMegabytesFromStdin_IsRefusedWithTheWayOn()
    {
        var ran = await _awoc.WithInputAsync(new string('x', 10_000_000), "run", "research:-", "--agent", "builtin", "--model", "rehearsal");
        Refusal.Is(ran, 2, "KiB", "--context");
    }

    [Fact]
    public async Task Run_TenMegabytesFromAFile_IsRefusedWithTheWayOn()
    {
        await File.WriteAllTextAsync(Path.Combine(_awoc.Work, "huge.txt"), new string('x', 10_000_000));
        Refusal.Is(await _awoc.AwocAsync("run", "research:@huge.txt", "--agent", "builtin", "--model", "rehearsal"), 2, "KiB", "--context");
    }

    [Fact]
    public async Task Run_LargeButAllowedCommandFromStdin_Runs()
    {
        var ran = await _awoc.WithInputAsync($"# {new string('x', 100_000)}\necho fine", "run", "--agent", "command", "custom:-", "--wait");
        Assert.True(ran.Code == 0, ran.Error);
        Assert.Equal("fine\n", (await _awoc.AwocAsync("output", ran.Out.Trim())).Out);
    }

    [Fact]
    public async Task Run_CommandLongerThanTheKernelTakes_IsRefused() => Refusal.Is(
        await _awoc.WithInputAsync($"# {new string('x', 200_000)}\necho fine", "run", "--agent", "command", "custom:-"), 2, "DESCRIPTION", "script");

    [Theory]
    [InlineData("a\u0007b")]
    [InlineData("a\u001b[31mred")]
    [InlineData("a\u007f")]
    [InlineData("a\u009bb")]
    public async Task Run_ControlCharacters_AreRefusedAndNotEchoed(string description)
    {
        var ran = await _awoc.AwocAsync("run", $"research:{description}", "--agent", "builtin", "--model", "rehearsal");
        Refusal.Is(ran, 2, "control characters");
        Assert.DoesNotContain(ran.Error, c => char.IsControl(c) && c != '\n');
    }

    [Fact]
    public async Task Run_NulFromStdin_IsRefused() => Refusal.Is(
        await _awoc.WithInputAsync("one\0two", "run", "research:-", "--agent", "builtin", "--model", "rehearsal"), 2, "binary");

    [Fact]
    public async Task Run_NotUtf8FromStdin_IsRefused() => Refusal.Is(
        await _awoc.WithInputAsync([0x66, 0xff, 0xfe, 0x66], "run", "research:-", "--agent", "builtin", "--model", "rehearsal"), 2, "UTF-8");

    [Fact]
    public async Task Run_EmptyStdin_IsRefused() =>
        Refusal.Is(await _awoc.WithInputAsync("", "run", "research:-", "--agent", "builtin", "--model", "rehearsal"), 2, "stdin", "empty");

    [Theory]
    [InlineData("research:@no-such-file", "no-such-file")]
    [InlineData("research:@.", "directory")]
    public async Task Run_DescriptionFileThatCannotBeRead_IsNamed(string task, string names) =>
        Refusal.Is(await _awoc.AwocAsync("run", task, "--agent", "builtin", "--model", "rehearsal"), 2, names, "@@");

    [Theory]
    [InlineData("printf '%s' '日本語 🚀 émoji'", "日本語 🚀 émoji")]
    [InlineData("printf %s \"$((6*7));`echo x`|&&\"", "42;x|&&")]
    [InlineData("printf '%s' \"it's\"", "it's")]
    [InlineData("printf 'a\nb'", "a\nb")]
    public async Task Run_MetacharactersUnicodeAndNewlines_ArriveAsWritten(string command, string printed)
    {
        var ran = await _awoc.AwocAsync("run", "--agent", "command", "--wait", "--", $"custom:{command}");
        Assert.True(ran.Code == 0, ran.Error);
        Assert.Equal(printed, (await _awoc.AwocAsync("output", ran.Out.Trim())).Out);
    }

    [Fact]
    public async Task Run_DescriptionWithLeadingDashesAfterDoubleDash_IsADescription()
    {
        var ran = await _awoc.AwocAsync("run", "--agent", "command", "--wait", "--", "--version; echo $?");
        Assert.True(ran.Code == 0, ran.Error);
        Assert.Equal("127\n", (await _awoc.AwocAsync("output", ran.Out.Trim())).Out);
    }

    [Fact]
    public async Task Run_LeadingDashWithoutDoubleDash_IsRefusedAndSaysHow() =>
        Refusal.Is(await _awoc.AwocAsync("run", "--agent", "command", "-x do this"), 2, "--");

    [Theory]
    [InlineData("@@home is where", "@home is where")]
    [InlineData("plain, then\nlines; and 'quotes' \"both\" $HOME `id`", null)]
    public async Task ExecuteTask_RunByHand_IsARetryOfTheSameTask(string description, string? kept)
    {
        var id = await _awoc.LaunchAsync("--agent", "command", $"custom:{description}", "--timeout", "9");
        await _awoc.EndOfAsync(id);
        var again = await _awoc.ShellAsync($"cd / && {Path.Combine(_awoc.TaskFolder(id), "execute-task.sh")}");
        Assert.True(again.Code == 0, again.Error);
        Assert.Equal(id, again.Out.Trim());
        var status = await _awoc.EndOfAsync(id);
        Assert.Equal(kept ?? description, (string?)status["description"]);
        Assert.Equal(_awoc.Work, (string?)status["cwd"]);
        Assert.Equal(2, status["attempts"]!.AsArray().Count);
    }
}
