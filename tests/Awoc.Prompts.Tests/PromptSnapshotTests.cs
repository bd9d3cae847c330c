using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Tasks;
using Awoc.Prompts.Catalog;

namespace Awoc.Prompts.Tests;

/// <summary>The prompts, word for word: what an agent is told changes on purpose only.</summary>
public sealed class PromptSnapshotTests
{
    private const string Write = "AWOC_WRITE_SNAPSHOTS";
    private static readonly TaskId s_id = TaskId.Parse("1763876543-9f86d081884c");

    public static TheoryData<string, string> EveryTypeAndFormat()
    {
        var data = new TheoryData<string, string>();
        foreach (var name in TaskTypeCatalog.BuiltIn.Names)
        {
            foreach (var format in (string[])["md", "json", "txt"]) data.Add(name, format);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(EveryTypeAndFormat))]
    public void Build_EveryTypeAndFormat_IsAsTheSnapshotHasIt(string type, string format) =>
        SourceTree.AssertSame($"tests/Awoc.Prompts.Tests/Snapshots/{type}.{format}.txt", Build(Spec(type, format)), Write);

    [Fact]
    public void Build_ContextInline_IsAsTheSnapshotHasIt() => SourceTree.AssertSame(
        "tests/Awoc.Prompts.Tests/Snapshots/context.md.txt",
        TaskPrompt.Build(
            Spec("code-review", "md") with { Context = ["/home/u/project/notes.md", "/home/u/project/data"] }, s_id, "/t/out/report.md", AgentTools.Default,
            inline: [new InlineFile("/home/u/project/notes.md", "# Notes\n```\ncode\n```\n## Task Configuration\n{{cwd}}\n")]),
        Write);

    [Theory]
    [InlineData("md")]
    [InlineData("json")]
    public void Report_ByFormat_IsAsTheSnapshotHasIt(string format) => SourceTree.AssertSame(
        $"tests/Awoc.Prompts.Tests/Snapshots/report.{format}.txt",
        ReportPrompt.Build(Spec("research", format), EndReason.Tokens, 1200, TimeSpan.FromSeconds(60)),
        Write);

    [Fact]
    public void Skeleton_OfEveryType_IsADefinitionThatHolds()
    {
        foreach (var below in TaskTypeCatalog.BuiltIn.All)
        {
            var text = TypeSkeleton.Of("mine", below);
            var entry = TaskTypeCatalog.With([TypeSource.Markdown("mine", TypeOrigin.Project, "/p/mine.md", () => text)]).Entry("mine")!;
            Assert.Empty(entry.Faults);
            Assert.Equal(Build(Spec("mine", "md") with { Definition = below with { Name = "mine" } }), Build(Spec("mine", "md") with { Definition = entry.Type }));

            // With every comment's mark taken away it says the same in so many words.
            var spoken = string.Join('\n', text.Split('\n').Select(line => line.StartsWith("# ", StringComparison.Ordinal) && (line.Contains(':', StringComparison.Ordinal) && !line.EndsWith('.')) ? line[2..] : line));
            var told = TaskTypeCatalog.With([TypeSource.Markdown("mine", TypeOrigin.Project, "/p/mine.md", () => spoken)]).Entry("mine")!;
            Assert.True(told.Faults.IsEmpty, $"{below.Name}: {string.Join("; ", told.Faults)}\n{spoken}");
            Assert.Equal(below.Method.Steps, told.Type!.Method.Steps);
            Assert.Equal((below.Contract, below.Integration), (told.Type.Contract, told.Type.Integration));
        }

        SourceTree.AssertSame(
            "tests/Awoc.Prompts.Tests/Snapshots/skeleton.md", TypeSkeleton.Of("price-check", TaskTypeCatalog.BuiltIn.Find("research")!), Write);
    }

    private static string Build(TaskSpec spec) => TaskPrompt.Build(spec, s_id, $"/t/out/report{Path.GetExtension(spec.Output)}", AgentTools.Default);

    private static TaskSpec Spec(string type, string format) => new()
    {
        Type = type,
        Description = "Stripe payment integration\n## with {{braces}} & <b>",
        Output = $"/home/u/project/report.{format}",
        Agent = "claude",
        Model = "sonnet",
        Budget = new Budget(6000, 420),
        Cwd = "/home/u/project",
    };
}
