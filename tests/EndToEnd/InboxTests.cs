using System.Text.Json.Nodes;
using Awoc.TestKit;

namespace Awoc.EndToEnd;

/// <summary>What ended stays in the inbox until somebody has read it.</summary>
public sealed class InboxTests
{
    [Fact]
    public async Task Inbox_EndedTasks_OldestFirstUntilRead()
    {
        await using var awoc = new AwocSandbox();
        Assert.Contains("nothing is unread", (await awoc.AwocAsync("inbox")).Error, StringComparison.Ordinal);
        await awoc.AwocAsync("run", "custom:echo first", "--agent", "command", "--name", "first", "--wait");
        await awoc.AwocAsync("run", "custom:exit 3", "--agent", "command", "--name", "failed", "--wait");
        await awoc.AwocAsync("run", "custom:echo third", "--agent", "command", "--name", "third", "--wait");
        var canceled = await awoc.LaunchAsync("custom:sleep 60", "--agent", "command");
        await awoc.AwocAsync("cancel", canceled);
        await awoc.EndOfAsync(canceled);

        Assert.Equal(["first", "failed", "third"], await NamesAsync(awoc));
        var listed = await awoc.AwocAsync("inbox");
        Assert.Contains("custom succeeded, complete result, 6 bytes  (first)", listed.Out, StringComparison.Ordinal);
        Assert.Contains("awoc output", listed.Out, StringComparison.Ordinal);
        Assert.Contains("(command_failed)", listed.Out, StringComparison.Ordinal);

        // Where it lies and what it is are no look at it.
        await awoc.AwocAsync("output", "first", "--path");
        await awoc.AwocAsync("output", "first", "--json");
        await awoc.AwocAsync("status", "first");
        Assert.Equal(["first", "failed", "third"], await NamesAsync(awoc));

        Assert.Equal("first\n", (await awoc.AwocAsync("output", "first")).Out);
        Assert.Equal(["failed", "third"], await NamesAsync(awoc));
        Assert.Equal(0, (await awoc.AwocAsync("daemon", "restart")).Code);
        Assert.Equal(["failed"], await NamesAsync(awoc, "--limit", "1"));

        // What goes on and ends anew is news again.
        await awoc.AwocAsync("inbox", "ack", "failed");
        Assert.Equal(["third"], await NamesAsync(awoc));
        await awoc.AwocAsync("retry", "failed", "--wait");
        Assert.Equal(["third", "failed"], await NamesAsync(awoc));

        Assert.Equal(0, (await awoc.AwocAsync("inbox", "ack", "--all")).Code);
        Assert.Empty(await NamesAsync(awoc));
        Assert.Equal(0, (await awoc.AwocAsync("inbox", "ack", "third")).Code);
    }

    [Fact]
    public async Task Ack_WhatHasNotEnded_SaysSo()
    {
        await using var awoc = new AwocSandbox();
        var id = await awoc.LaunchAsync("custom:sleep 60", "--agent", "command", "--name", "slow");

        var ran = await awoc.AwocAsync("inbox", "ack", "slow");

        Assert.Equal(2, ran.Code);
        Assert.Contains("it has not ended", ran.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await awoc.AwocAsync("inbox", "ack")).Code);
        Assert.Equal(2, (await awoc.AwocAsync("inbox", "--limit", "0")).Code);
        await awoc.AwocAsync("cancel", id);
    }

    [Fact]
    public async Task Output_SectionOrCut_PrintsThatPartAndStaysUnread()
    {
        await using var awoc = new AwocSandbox();
        const string Script = "printf '# Report\\n\\n## Summary\\n\\nShort.\\n\\n## Findings\\n\\n'; for i in $(seq 400); do printf 'A line of findings number %d.\\n\\n' $i; done";
        await awoc.AwocAsync("run", $"custom:{Script}", "--agent", "command", "--name", "long", "--wait");

        var section = await awoc.AwocAsync("output", "long", "--section", "summary");
        Assert.Equal(0, section.Code);
        Assert.Contains("Short.", section.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("findings number", section.Out, StringComparison.Ordinal);

        var cut = await awoc.AwocAsync("output", "long", "--max-tokens", "200");
        Assert.Equal(0, cut.Code);
        Assert.InRange(cut.Out.Length, 50, 1600);
        Assert.Contains("Findings", cut.Out + cut.Error, StringComparison.Ordinal);
        Assert.Equal(["long"], await NamesAsync(awoc));

        var missing = await awoc.AwocAsync("output", "long", "--section", "Sumary");
        Assert.Equal(2, missing.Code);
        Assert.Contains("Summary", missing.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await awoc.AwocAsync("output", "long", "--max-tokens", "few")).Code);

        Assert.Equal(0, (await awoc.AwocAsync("output", "long", "--max-tokens", "100000")).Code);
        Assert.Empty(await NamesAsync(awoc));
    }

    private static async Task<IEnumerable<string?>> NamesAsync(AwocSandbox awoc, params string[] more)
    {
        var ran = await awoc.AwocAsync(["inbox", "--json", .. more]);
        Assert.Equal(0, ran.Code);
        return JsonNode.Parse(ran.Out)!["items"]!.AsArray().Select(i => (string?)i!["name"]);
    }
}
