using System.Diagnostics;
using System.Globalization;
using Awoc.Plans.Workflows;
using Awoc.Plans.Workflows.Reading;
using CsCheck;

namespace Awoc.Plans.Tests.Workflows;

public sealed class WorkflowReaderTests
{
    public static TheoryData<string> Names => [.. Corpus.All.Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_FileOfTheCorpus_HasItsFaultsAtTheirPlacesAndNoOthers(string name)
    {
        var file = Corpus.All.Single(f => f.Name == name);
        var told = WorkflowReader.Read(file.Text).Faults.Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Line}:{f.Column}: {f.What}")).ToList();
        Assert.True(told.Count == file.Faults.Length && told.Zip(file.Faults).All(p => p.First.Contains(p.Second, StringComparison.Ordinal)), string.Join('\n', told));
    }

    [Fact]
    public void Read_WholeWorkflow_FillsInDefaultsAndKeepsOrder()
    {
        var workflow = WorkflowReader.Read(Corpus.Valid.Single(f => f.Name == "everything").Text).Workflow;
        Assert.Equal(["research", "analysis", "plan", "cleanup"], workflow.Tasks.Select(t => t.Key));
        var research = workflow.Tasks[0];
        Assert.Equal(("sonnet", "5000", "300", "0.5"), (research.Values["model"].Text, research.Values["tokens"].Text, research.Values["timeout"].Text, research.Values["max_cost"].Text));
        Assert.Equal("10m", workflow.Tasks[1].Values["timeout"].Text);
        Assert.Equal(["README.md"], research.Context.Select(c => c.Text));
        Assert.Equal([null, "3", null, "authentication"], workflow.Inputs.OrderBy(i => i.Name).Select(i => i.Default));
        Assert.Equal([("research", 0), ("analysis", 0), ("plan", 1), ("cleanup", 2)], new WorkflowGraph(workflow.Tasks).Levels().Select(l => (l.Task.Key, l.Level)));
    }

    [Fact]
    public void Read_TenThousandTasksInAChain_IsQuick()
    {
        var tasks = Enumerable.Range(0, 10_000).Select(i => i == 0 ? "  t0: {type: x}" : $"  t{i}: {{needs: t{i - 1}, description: \"${{tasks.t{i - 1}.output}}\"}}");
        var text = $"name: w\ntasks:\n{string.Join('\n', tasks)}\n";
        var watch = Stopwatch.StartNew();
        var reading = WorkflowReader.Read(text);
        Assert.Empty(reading.Faults);
        Assert.Equal(9_999, new WorkflowGraph(reading.Workflow.Tasks).Levels()[^1].Level);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Read_OneTaskTooMany_IsRefused()
    {
        var text = $"name: w\ntasks:\n{string.Join('\n', Enumerable.Range(0, 10_001).Select(i => $"  t{i}: {{type: x}}"))}\n";
        Assert.Contains("at most 10,000 tasks", Assert.Single(WorkflowReader.Read(text).Faults).What, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FileTooLarge_IsRefused() => Assert.Contains("MiB", Assert.Single(WorkflowReader.Read(new string('#', 2_000_000)).Faults).What, StringComparison.Ordinal);

    [Fact]
    public void Read_MoreFaultsThanAnybodyReads_TellsTheFirstAndHowMany()
    {
        var text = $"name: w\ntasks:\n{string.Join('\n', Enumerable.Range(0, 500).Select(i => $"  t{i}: {{typ: x}}"))}\n";
        var faults = WorkflowReader.Read(text).Faults;
        Assert.Equal(101, faults.Count);
        Assert.StartsWith("and ", faults[^1].What, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AnyText_NeverThrowsAndEveryFaultHasAPlace() =>
        Gen.OneOf(Gen.String[0, 200], Pieces).Sample(text => Assert.All(WorkflowReader.Read(text).Faults, f => Assert.True(f.Line >= 1 && f.Column >= 1 && f.What.Length > 0)), iter: 20_000);

    [Fact]
    public void Read_CorpusWithACharacterChanged_NeverThrows()
    {
        var files = Corpus.All.Where(f => f.Text.Length is > 0 and < 5_000).Select(f => f.Text).ToArray();
        Gen.Select(Pick(files), Gen.Int[0, 4_999], Pick("\0", "\u2028", "\uD800", "\uFEFF", "\t", "{", "[", "}", "\"", "'", "|", ">", "&a ", "*a", "!!", "%", "---\n", "? ", ": ", "- ", "\\", "${", "\r", "\u0085", "0x", "~")).Sample(
            (text, at, piece) => WorkflowReader.Read(text.Insert(at % text.Length, piece)).Faults.ToString(), iter: 20_000);
    }

    private static Gen<string> Pieces => Pick(
        "name: ", "tasks:\n", "  a: ", "{", "}", "[", "]", "needs: ", "when: ", "a", "\n", "\n  ", "\"", "'", "|", ">", "&x ", "*x", "!!str ", ": ", "- ", "${inputs.x}", "${tasks.a.output}", "#", "?", "%YAML 1.2\n", "---\n", "...", "\t", "1", "null", ",", "é", "\u2028")
        .List[0, 40].Select(string.Concat);

    private static Gen<string> Pick(params string[] of) => Gen.Int[0, of.Length - 1].Select(i => of[i]);
}
