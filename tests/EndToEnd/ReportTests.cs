using System.Text.Json.Nodes;
using Awoc.Core.Budgets;
using Awoc.Core.Catalog;
using Awoc.EndToEnd.Budgets;
using Awoc.Prompts.Catalog;
using Awoc.TestKit;

namespace Awoc.EndToEnd;

/// <summary>
/// Every type of the seed at the default budget of 5,000 tokens, under the scenario <c>realistic</c>: several turns with tools and
/// a report of 2,000 tokens.
/// </summary>
public sealed class ReportTests
{
    private const int AtOnce = 4;

    [Theory]
    [InlineData("builtin")]
    [InlineData("claude")]
    public async Task EveryType_DefaultBudget_DeliversAReportWithEverySection(string agent)
    {
        await using var awoc = new AwocSandbox().WithClaude();
        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "README.md"), "# A project\n\nTODO: say more.\n");
        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "main.py"), "def main():\n    pass  # TODO: do it\n");
        await awoc.AwocAsync("config", "set", "concurrency", $"{AtOnce}");

        var types = TaskTypeCatalog.BuiltIn.All.Where(t => t.Family != TaskFamily.Custom).ToList();
        Assert.Equal(20, types.Count);
        await Parallel.ForEachAsync(
            types.Select((type, i) => (type, Extension: i % 4 == 3 ? ".json" : ".md")),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (t, _) => await DeliversAsync(awoc, agent, t.type, t.Extension));
    }

    private static async Task DeliversAsync(AwocSandbox awoc, string agent, TaskType type, string extension)
    {
        var file = Path.Combine(awoc.Work, type.Name + extension);
        await using var task = await RehearsedTask.LaunchAsync(
            awoc, "realistic", null, $"{type.Name}:the payment integration", type.Name + extension, "--agent", agent);
        var status = await task.EndAsync();
        var told = $"{type.Name} by {agent}: {status.ToJsonString()}\n{task.Requests()}\n{awoc.Diagnose(task.Id)}";

        Assert.True((string?)status["outcome"] == "succeeded", told);
        Assert.Equal(Budget.Default.Tokens, (long)status["budget"]!["tokens"]!);
        var report = await File.ReadAllTextAsync(file);
        AssertSections(type, report, extension, told);

        // By the server's own count; the report, with its skeleton before it, is a real one.
        var generated = task.Log.TotalGeneratedTokens;
        Assert.True(generated is > 2_500 and <= 5_000, $"{generated} tokens\n{told}");
        Assert.Equal(generated, (long)status["usage"]!["output"]!);
        Assert.True(report.Length > 4 * 1_600, $"{report.Length} characters\n{told}");
        Assert.True(task.Log.MessageRequests.Count(r => r.StopReason == "tool_use") >= 5, told);
    }

    private static void AssertSections(TaskType type, string report, string extension, string told)
    {
        if (extension == ".json")
        {
            var json = JsonNode.Parse(report)!.AsObject();
            Assert.All(type.Method.Sections, s => Assert.False(string.IsNullOrWhiteSpace((string?)json[s.Key]), $"{s.Key} in {told}"));
            return;
        }

        var lines = report.Split('\n');
        var headings = lines.Where(l => l.StartsWith("## ", StringComparison.Ordinal)).Select(l => l[3..]);
        Assert.Equal(type.Method.Sections.Select(s => s.Name), headings);
        Assert.DoesNotContain("To be filled in.", report, StringComparison.Ordinal);
    }
}
