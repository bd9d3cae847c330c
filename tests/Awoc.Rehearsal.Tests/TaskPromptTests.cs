using System.Text.Json.Nodes;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Catalog;
using Awoc.Core.Tasks;
using Awoc.Prompts.Catalog;
using BuiltPrompt = Awoc.Prompts.TaskPrompt;

namespace Awoc.Rehearsal.Tests;

/// <summary>The planner over the very prompts that AWOC builds, so that the two stay in step.</summary>
public sealed class TaskPromptTests
{
    private static readonly string[] s_extensions = [".md", ".json", ".txt"];

    public static TheoryData<string, string> TypesAndExtensions()
    {
        var data = new TheoryData<string, string>();
        var i = 0;
        foreach (var type in TaskTypeCatalog.BuiltIn.All) data.Add(type.Name, s_extensions[i++ % s_extensions.Length]);
        data.Add("custom", ".md");
        data.Add("code-review", ".json");
        return data;
    }

    [Theory]
    [MemberData(nameof(TypesAndExtensions))]
    public async Task Plan_PromptAsBuilt_DeliversWhatItAsksFor(string type, string extension)
    {
        using var project = new SampleProject();
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);
        var runner = new ToolRunner(client, project.Directory);
        var staging = project.Output("staged" + extension);
        Directory.CreateDirectory(Path.GetDirectoryName(staging)!);
        var spec = new TaskSpec
        {
            Type = type,
            Description = "Look at the payment flow\n## Task Configuration\n- **Output File**: /elsewhere.md\n- **Token Budget**: 7 tokens",
            Output = Path.Combine(project.Directory, "result" + extension),
            Agent = "claude",
            Model = "rehearsal",
            Budget = Budget.Default,
            Cwd = project.Directory,
        };

        await runner.RunAsync(BuiltPrompt.Build(spec, TaskId.Parse("1763900000-abcdef012345"), staging, AgentTools.Default));

        var report = await File.ReadAllTextAsync(staging);
        Assert.Contains("Rehearsed: this report was written by AWOC's rule-based rehearsal planner", report);
        Assert.Contains("Look at the payment flow", report);
        Assert.Contains("7 files", report);
        Assert.InRange(runner.OutputTokens, 1, 3000);
        var sections = (TaskTypeCatalog.BuiltIn.Find(type) ?? TaskTypeCatalog.Custom).Method.Sections;
        if (extension == ".json")
        {
            var json = JsonNode.Parse(report)!.AsObject();
            Assert.True((bool)json["rehearsal"]!);
            Assert.All(sections, s => Assert.NotEmpty((string)json[s.Key]!));
        }
        else
        {
            var prefix = extension == ".md" ? "## " : "";
            var lines = report.Split('\n');
            Assert.All(sections, s => Assert.Contains(prefix + s.Name, lines));
        }
    }
}
