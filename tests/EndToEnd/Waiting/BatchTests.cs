using System.Text.Json.Nodes;
using System.Xml.Linq;
using Awoc.TestKit;

namespace Awoc.EndToEnd.Waiting;

/// <summary>Files of tasks: all or none.</summary>
public sealed class BatchTests
{
    private const string Tasks = """
        defaults: { agent: command, timeout: 60 }
        tasks:
          - { key: a, description: "echo '{\"v\":41}' > $AWOC_OUTPUT", output: a.json }
          - { key: b, description: "test ${tasks.a.json.v} = 41", after: a }
          - { key: c, description: "exit 1" }
          - { description: echo no, after: c }
        """;

    [Fact]
    public async Task Batch_WaitedFor_TellsInEveryFormAndEndsWithTheWorstCode()
    {
        await using var awoc = new AwocSandbox();
        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "b.yaml"), Tasks);
        var ran = await awoc.AwocAsync("batch", "b.yaml", "--yes", "--wait", "--summary", "s.md", "--junit", "j.xml");
        Assert.Equal(1, ran.Code);
        Assert.Equal(4, ran.Out.Trim().Split('\n').Length);
        Assert.Contains("2 succeeded, 2 failed", await File.ReadAllTextAsync(Path.Combine(awoc.Work, "s.md")), StringComparison.Ordinal);
        var suite = XDocument.Load(Path.Combine(awoc.Work, "j.xml")).Root!.Element("testsuite")!;
        Assert.Equal(("4", "2"), ((string?)suite.Attribute("tests"), (string?)suite.Attribute("failures")));
        Assert.Equal(["command_failed", "dependency_failed"], suite.Descendants("failure").Select(f => (string?)f.Attribute("type")));
    }

    [Fact]
    public async Task Batch_OneFault_LaunchesNothingAndNamesLineAndColumn()
    {
        await using var awoc = new AwocSandbox();
        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "b.yaml"), Tasks.Replace("after: c", "after: nope", StringComparison.Ordinal));
        var ran = await awoc.AwocAsync("batch", "b.yaml", "--yes");
        Assert.Equal(2, ran.Code);
        Assert.Contains("b.yaml:6:", ran.Error, StringComparison.Ordinal);
        Assert.Empty(JsonNode.Parse((await awoc.AwocAsync("status", "all", "--json")).Out)!.AsArray());
    }

    [Fact]
    public async Task Batch_NoTerminalAndNoYes_IsAUsageError()
    {
        await using var awoc = new AwocSandbox();
        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "b.yaml"), Tasks);
        var ran = await awoc.AwocAsync("batch", "b.yaml");
        Assert.Equal(2, ran.Code);
        Assert.Contains("--yes", ran.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await awoc.AwocAsync("batch", "b.yaml", "--dry-run")).Code);
        Assert.Empty(JsonNode.Parse((await awoc.AwocAsync("status", "all", "--json")).Out)!.AsArray());
    }

    [Fact]
    public async Task Batch_CommandLinesFromStandardInput_AreTasks()
    {
        await using var awoc = new AwocSandbox();
        var ran = await awoc.ShellAsync($"printf '%s\\n' 'custom:\"echo one\" one.txt --agent command &' '# no' 'awoc run \"custom:echo two\" --agent=command' | '{Binaries.Awoc}' batch - --yes --wait");
        Assert.Equal(0, ran.Code);
        Assert.Equal(2, ran.Out.Trim().Split('\n').Length);
        Assert.Equal("one\n", await File.ReadAllTextAsync(Path.Combine(awoc.Work, "one.txt")));
    }

    [Fact]
    public async Task Batch_Cycle_IsNamedInFull()
    {
        await using var awoc = new AwocSandbox();
        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "b.yaml"), "tasks: [{key: a, description: x, agent: command, after: c}, {key: b, description: x, agent: command, after: a}, {key: c, description: x, agent: command, after: b}]");
        var ran = await awoc.AwocAsync("batch", "b.yaml", "--yes");
        Assert.Equal(2, ran.Code);
        Assert.Contains("a → c → b → a", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batch_MoneyForAll_IsSharedByThoseWithoutALimitOfTheirOwn()
    {
        await using var awoc = new AwocSandbox().Rehearsed();
        var tasks = string.Join(", ", Enumerable.Range(0, 4).Select(n => $"{{description: t{n}, agent: builtin, model: claude-sonnet-4-5{(n == 0 ? ", max_cost: 0.5" : "")}}}"));
        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "b.yaml"), $"tasks: [{tasks}]");
        var ran = await awoc.AwocAsync("batch", "b.yaml", "--yes", "--max-cost", "2", "--json");
        Assert.True(ran.Code == 0, ran.Error);
        var reply = JsonNode.Parse(ran.Out)!;
        Assert.Equal([0.5m, 0.5m, 0.5m, 0.5m], reply["tasks"]!.AsArray().Select(t => (decimal)t!["budget"]!["costUsd"]!));
        await awoc.AwocAsync("cancel", "--group", (string)reply["group"]!);
    }
}
