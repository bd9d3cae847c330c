namespace Awoc.Documents.Tests;

public sealed class MarkdownMergeTests
{
    [Fact]
    public void Merge_SameHeading_JoinsContent() => Assert.Equal(
        "# Doc\n\n## Setup\n\nInstall it.\n\nThen run it.\n\n## Use\n\nUse it.\n",
        Requests.Merge("# Doc\n\n## Setup\n\nInstall it.\n\n## Use\n\nUse it.\n", "# Report\n\n## setup:\n\nInstall it.\n\nThen run it.\n"));

    [Fact]
    public void Merge_TextBeforeTheResultsTitle_LeavesTheTargetsTitleFirst() => Assert.Equal(
        "# Doc\n\nIntro.\n\n> Rehearsed.\n\n## A\n\na\n",
        Requests.Merge("# Doc\n\nIntro.\n\n## A\n\na\n", "> Rehearsed.\n\n# Report\n\n## A\n\na\n"));

    [Fact]
    public void Merge_TextBeforeBothTitles_Joins() => Assert.Equal(
        "> Rehearsed.\n\n> Partial.\n\n# Doc\n\n## A\n\na\n",
        Requests.Merge("> Rehearsed.\n\n# Doc\n\n## A\n\na\n", "> Rehearsed.\n\n> Partial.\n\n# Report\n\n## A\n\na\n"));

    [Fact]
    public void Merge_NewHeading_ComesAfterTheSiblingItFollows() => Assert.Equal(
        "# Doc\n\n## A\n\na\n\n## New\n\nn\n\n## B\n\nb\n",
        Requests.Merge("# Doc\n\n## A\n\na\n\n## B\n\nb\n", "## A\n\na\n\n## New\n\nn\n"));

    [Fact]
    public void Merge_NewHeadingFirst_GoesToTheEndOfItsParent() => Assert.Equal(
        "# Doc\n\n## A\n\na\n\n## New\n\nn\n",
        Requests.Merge("# Doc\n\n## A\n\na\n", "## New\n\nn\n\n## A\n"));

    [Fact]
    public void Merge_DeeperTarget_TakesTheLevelOfItsSiblings() => Assert.Equal(
        "# Doc\n\n### A\n\na\n\n### New\n\n#### Sub\n\ns\n",
        Requests.Merge("# Doc\n\n### A\n\na\n", "# R\n\n## A\n\n## New\n\n### Sub\n\ns\n"));

    [Fact]
    public void Merge_Lists_UniteWithoutDuplicates() => Assert.Equal(
        "## F\n\n* one\n* two\n  * deep\n  * deeper\n* three\n\nEnd.\n",
        Requests.Merge("## F\n\n* one\n* two\n  * deep\n\nEnd.\n", "## F\n\n- One.\n- two\n    - deeper\n- three\n"));

    [Fact]
    public void Merge_OrderedList_GoesOnCounting() => Assert.Equal(
        "1. a\n2. b\n3. c\n   more\n",
        Requests.Merge("1. a\n2. b\n", "- b\n- c\n  more\n"));

    [Fact]
    public void Merge_TaskList_OtherStateIsAConflict()
    {
        var planned = Requests.Plan(Requests.Of(Core.Integration.IntegrationMode.Merge, "## T\n\n- [ ] a\n- [x] b\n", "## T\n\n- [x] a\n- [x] b\n- [ ] c\n"));
        Assert.Equal("## T\n\n- [ ] a\n- [x] b\n- [ ] c\n", planned.Text());
        var conflict = Assert.Single(planned.Conflicts);
        Assert.Equal(("T", 3, "[ ] a", "[x] a"), (conflict.Where, conflict.Line, conflict.Target, conflict.Result));
    }

    [Fact]
    public void Merge_TableRows_AreAddedInTheTargetsColumns() => Assert.Equal(
        "| Name | Price |\n|---|---|\n| a | 1 |\n| b | 2 |\n",
        Requests.Merge("| Name | Price |\n|---|---|\n| a | 1 |\n", "| Price | Name |\n|---|---|\n| 1 | a |\n| 2 | b |\n"));

    [Fact]
    public void Merge_FrontMatter_AddsKeysAndItems() => Assert.Equal(
        "---\ntitle: Doc\ntags:\n  - a\n  - b\nauthor: me\n---\n\nText.\n",
        Requests.Merge("---\ntitle: Doc\ntags:\n  - a\n---\n\nText.\n", "---\ntitle: Doc\ntags: [a, b]\nauthor: me\n---\n"));

    [Fact]
    public void Merge_HeadingInFence_IsNone() => Assert.Equal(
        "## A\n\n```sh\n## B\n```\n\n## B\n\nb\n",
        Requests.Merge("## A\n\n```sh\n## B\n```\n", "## A\n\n## B\n\nb\n"));

    [Fact]
    public void Merge_UnclosedFence_IsRefusedWithItsLine() => Assert.Equal(
        3, Requests.Refuse(Requests.Of(Core.Integration.IntegrationMode.Merge, "a\n", "# R\n\n```\ncode\n")).Line);

    [Fact]
    public void Merge_WithMarks_NamesTheTask() => Assert.Equal(
        "## A\n\n- x\n- y <!-- awoc:9f86d081884c -->\n\n<!-- awoc:9f86d081884c -->\nText.\n\n## B\n<!-- awoc:9f86d081884c -->\n\nb\n",
        Requests.Merge("## A\n\n- x\n", "## A\n\n- y\n\nText.\n\n## B\n\nb\n", marks: true));
}
