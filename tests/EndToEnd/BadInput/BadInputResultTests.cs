using Awoc.TestKit;

namespace Awoc.EndToEnd.BadInput;

/// <summary>Results, targets, types and schemas that cannot be worked on.</summary>
public sealed class BadInputResultTests
{
    [Fact]
    public async Task Verify_CommandWithoutContract_SaysThatThereIsNone()
    {
        await using var awoc = new AwocSandbox();
        var ran = await awoc.AwocAsync("run", "--agent", "command", "printf '```\\n'", "out.md", "--name", "open", "--wait");
        Assert.Equal(0, ran.Code);
        Refusal.Is(await awoc.AwocAsync("verify", "open"), 2, "no contract", "--type");
        Assert.Equal("not_checked", (string?)(await awoc.StatusAsync("open"))["verification"]);
    }

    [Fact]
    public async Task Verify_FaultyTypeOrNone_NamesTheFault()
    {
        await using var awoc = new AwocSandbox();
        var types = Directory.CreateDirectory(Path.Combine(awoc.Work, ".awoc", "types")).FullName;
        await File.WriteAllTextAsync(Path.Combine(types, "mine.md"), "---\nextends: research\ncontract: 7\n---\n");
        await File.WriteAllTextAsync(Path.Combine(types, "custom.md"), "---\ncontract: 7\n---\n");
        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "d.json"), "{}");
        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "s.json"), """{"type": "object"}""");
        Refusal.Is(await awoc.AwocAsync("verify", "d.json", "--type", "mine"), 2, "mine.md:3", "min_words");
        Refusal.Is(await awoc.AwocAsync("verify", "d.json", "--type", "nowhere-near"), 2, "--type", "research");
        var held = await awoc.AwocAsync("verify", "d.json", "--schema", "s.json");
        Assert.True(held.Code == 0, held.Error);
    }

    [Fact]
    public async Task Types_FileThatEndsAReader_IsAFaultAndTheDaemonLives()
    {
        await using var awoc = new AwocSandbox();
        await awoc.AwocAsync("daemon", "start");
        var pid = await awoc.DaemonPidAsync();
        var types = Directory.CreateDirectory(Path.Combine(awoc.Work, ".awoc", "types")).FullName;
        await File.WriteAllTextAsync(Path.Combine(types, "research.md"), $"---\n{new string('[', 200_000)}\n---\n");
        await File.WriteAllTextAsync(Path.Combine(types, " x.md"), "---\n---\n");
        var checkedTypes = await awoc.AwocAsync("types", "validate");
        Assert.Equal(1, checkedTypes.Code);
        Assert.Contains("deeper than", checkedTypes.Out + checkedTypes.Error, StringComparison.Ordinal);
        Assert.Equal(1, (await awoc.AwocAsync("types", "validate", ".awoc/types/ x.md")).Code);

        await File.WriteAllTextAsync(Path.Combine(awoc.Work, ".awoc", "config.yaml"), new string('[', 200_000));
        Refusal.Is(await awoc.AwocAsync("run", "custom:x", "--agent", "builtin", "--model", "rehearsal"), 69, "config.yaml", "deeper than");
        Assert.Equal(pid, await awoc.DaemonPidAsync());
    }

    [Fact]
    public async Task Integrate_WithAgentAndDryRun_LaunchesNothing()
    {
        await using var awoc = new AwocSandbox();
        await awoc.AwocAsync("run", "--agent", "command", "echo words", "out.md", "--name", "done", "--wait");
        Refusal.Is(await awoc.AwocAsync("integrate", "done", "summarize", "--with-agent", "--dry-run"), 2, "--with-agent", "--dry-run");
        Refusal.Is(await awoc.AwocAsync("integrate", "done", "append", "--into", "out.md", "--base", ""), 1, "--base");
        Assert.Equal("done", (string?)(await awoc.StatusAsync("@last"))["name"]);
    }
}
