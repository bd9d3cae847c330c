using System.Text;
using Awoc.Core.Integration;

namespace Awoc.Documents.Tests;

public sealed class AppendTests
{
    [Fact]
    public void Append_Markdown_IsADatedSectionWithHeadingsBeneath() => Assert.Equal(
        """
        # Doc

        Text.

        ## Stripe payments (2026-11-23)
        <!-- awoc:9f86d081884c 4d7a76e4e7a6 -->

        *From task 9f86d081884c: api-research, succeeded.*

        ### Report

        Intro.

        #### Part

        ```
        # kept
        ```

        """,
        Requests.After(Requests.Of(IntegrationMode.Append, "# Doc\n\nText.\n", "---\na: 1\n---\n\n# Report\n\nIntro.\n\nPart\n----\n\n```\n# kept\n```\n", marks: true))
            .Replace(MarkOf("---\na: 1\n---\n\n# Report\n\nIntro.\n\nPart\n----\n\n```\n# kept\n```\n"), "4d7a76e4e7a6", StringComparison.Ordinal));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Append_Again_ChangesNothing(bool marks)
    {
        var text = Requests.After(Requests.Of(IntegrationMode.Append, "a\n", "# R\n\nb\n", marks: marks));
        var other = Requests.Plan(Requests.Of(IntegrationMode.Append, text, "# R\n\nc\n", marks: marks));
        Assert.True(other.Changed);
    }

    [Fact]
    public void Append_NoFinalLineEnding_HasNoneAfterwards() =>
        Assert.Equal("a\r\nb\r\nc", Requests.After(Requests.Of(IntegrationMode.Append, "a\r\nb", "c\n", "log.txt")));

    [Fact]
    public void Append_TextTwice_AddsOnce()
    {
        var text = Requests.After(Requests.Of(IntegrationMode.Append, "a\n", "b\nc\n", "log.txt"));
        Assert.Equal("a\nb\nc\n", text);
    }

    [Fact]
    public void Append_ByteOrderMarkAndUtf16_AreKept()
    {
        byte[] target = [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("# Größe\r\n\r\nText\r\n")];
        var planned = Requests.Plan(Requests.Of(IntegrationMode.Append, "", "日本\n") with { Target = target });
        Assert.Equal(target, planned.Content[..target.Length]);
        Assert.EndsWith("\r\n\r\n日本\r\n", Encoding.Unicode.GetString(planned.Content), StringComparison.Ordinal);
    }

    [Fact]
    public void Append_NoTarget_MakesOne() =>
        Assert.StartsWith("## Stripe payments (2026-11-23)\n", Requests.After(Requests.Of(IntegrationMode.Append, null, "a\n")), StringComparison.Ordinal);

    [Fact]
    public void Append_DeepHeadings_StayAtLevelSix() =>
        Assert.Contains("\n###### F\n", Requests.After(Requests.Of(IntegrationMode.Append, "", "# A\n\n###### F\n")), StringComparison.Ordinal);

    [Fact]
    public void Append_JsonIntoMarkdown_IsABlockOfCode() =>
        Assert.Contains("```json\n{\"a\": 1}\n```\n", Requests.After(Requests.Of(IntegrationMode.Append, "x\n", "{\"a\": 1}") with { ResultName = "r.json" }), StringComparison.Ordinal);

    [Fact]
    public void Append_TargetWithUnclosedFence_IsRefused() =>
        Assert.Equal("doc.md:1: opens a code fence that nothing closes: all that follows would belong to it; close it first", Requests.Refuse(Requests.Of(IntegrationMode.Append, "```\n", "b\n")).ToString());

    private static string MarkOf(string result) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(result)))[..12];
}
