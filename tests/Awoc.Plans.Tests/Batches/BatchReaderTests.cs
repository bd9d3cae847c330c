using Awoc.Plans.Batches;
using CsCheck;

namespace Awoc.Plans.Tests.Batches;

public sealed class BatchReaderTests
{
    private static readonly string[] s_pieces = ["- ", "type: x", "\n", "{", "}", "[", "]", "\"", "'", ":", "tasks:", "  ", "&a", "*a", "custom:y", "--after", "\t", "\0", ",", "5"];
    private static readonly string[] s_names = ["b.yaml", "b.json", "b.jsonl", "b.txt"];

    private const string Yaml = """
        defaults: { agent: builtin, tokens: 9000 }
        group: nightly
        max_cost: 20
        tasks:
          - key: a
            type: research
            description: How others do it
            output: out.md
            stall-timeout: 5m
          - type: code-review
            tokens: 100
            after: a, b
            context: [x.md, y.md]
        """;

    [Fact]
    public void Read_JsonOfFourMegabytesOnOneLine_TakesAMomentAndKnowsItsColumns()
    {
        var task = $$"""{"type":"research","description":"{{new string('ü', 190)}}","tokens":7}""";
        var text = $"[{string.Join(',', Enumerable.Repeat(task, 10_000))}]";
        var began = System.Diagnostics.Stopwatch.StartNew();
        var file = Good(text, "b.json");

        // Counted from the start of the line for each value it took minutes.
        Assert.InRange(began.Elapsed.TotalSeconds, 0, 10);
        Assert.Equal((1, text.LastIndexOf('7') + 1), (file.Tasks[^1].PlaceOf("tokens").Line, file.Tasks[^1].PlaceOf("tokens").Column));
    }

    [Fact]
    public void Read_Yaml_HasItsTasksWithTheirDefaults()
    {
        var file = Good(Yaml, "b.yaml");
        Assert.Equal(("nightly", "20"), (file.Group, file.MaxCost));
        Assert.Equal(["a", null], file.Tasks.Select(t => t.Key));
        Assert.Equal(["9000", "100"], file.Tasks.Select(t => t.Value("tokens")));
        Assert.Equal("5m", file.Tasks[0].Value("stall_timeout"));
        Assert.Equal(["a", "b"], file.Tasks[1].List("after"));
        Assert.Equal(["x.md", "y.md"], file.Tasks[1].List("context"));
        Assert.Equal((13, 15), (file.Tasks[1].PlaceOf("context").Line, file.Tasks[1].PlaceOf("context").Column));
    }

    [Theory]
    [InlineData("""[{"type":"research","description":"caf\u00e9 \ud83d\ude00","tokens":100}]""", "b.json")]
    [InlineData("""{"tasks":{"k":{"type":"research","description":"café 😀","tokens":100}}}""", "-")]
    [InlineData("{\"type\":\"research\",\"description\":\"café 😀\",\"tokens\":100}\n\n{\"type\":\"research\"}\n", "-")]
    [InlineData("- type: research\n  description: café 😀\n  tokens: 100\n", "-")]
    public void Read_OneTaskInEveryFormat_IsTheSame(string text, string name)
    {
        var task = Good(text, name).Tasks[0];
        Assert.Equal(("research", "café 😀", "100"), (task.Value("type"), task.Value("description"), task.Value("tokens")));
    }

    [Fact]
    public void Read_CommandLines_TakesWhatAShellWouldGiveToRun()
    {
        var file = Good(
            """
            # two of them
            research:"How others do it" out.md sonnet 5000 600 --agent builtin &
            awoc run 'custom:make "all"' --agent=command --after a,b --after c --overwrite --context x\ y.md
            """,
            "tasks.txt");
        Assert.Equal(2, file.Tasks.Count);
        var (first, second) = (file.Tasks[0], file.Tasks[1]);
        Assert.Equal(
            ("research:How others do it", "out.md", "sonnet", "5000", "600", "builtin"),
            (first.Value("task"), first.Value("output"), first.Value("model"), first.Value("tokens"), first.Value("timeout"), first.Value("agent")));
        Assert.Equal(("custom:make \"all\"", "command", "true"), (second.Value("task"), second.Value("agent"), second.Value("overwrite")));
        Assert.Equal(["a", "b", "c"], second.List("after"));
        Assert.Equal(["x y.md"], second.List("context"));
    }

    [Theory]
    [InlineData("tasks:\n  - type: x\n    tokens: many\n", "b.yaml", 3, 13, "tokens is 'many'")]
    [InlineData("tasks:\n  - type: x\n    tokns: 5\n", "b.yaml", 3, 5, "did you mean 'tokens'")]
    [InlineData("- type: x\n  type: y\n", "b.yaml", 2, 3, "stands here twice")]
    [InlineData("- agent: builtin\n", "b.yaml", 1, 3, "what is to be done")]
    [InlineData("group: x\n", "b.yaml", 1, 1, "no 'tasks'")]
    [InlineData("", "b.yaml", 1, 1, "empty")]
    [InlineData("\n\n", "b.txt", 1, 1, "names no task")]
    [InlineData("[{\"type\": \"x\",\n \"tokens\": \"5\"}]", "b.json", 2, 12, "without quotes")]
    [InlineData("[{\"type\": \"x\",\n ]", "b.json", 2, 2, "no JSON")]
    [InlineData("{\"type\":\"x\"}\n{oops}\n", "b.jsonl", 2, 2, "no JSON")]
    [InlineData("custom:x \"open\n", "b.txt", 1, 10, "not closed")]
    [InlineData("custom:x --wat\n", "b.txt", 1, 10, "no flag '--wat'")]
    [InlineData("custom:x a b 5 6 7\n", "b.txt", 1, 18, "one word too many")]
    [InlineData("custom:x out.md sonnet few\n", "b.txt", 1, 24, "tokens is 'few'")]
    [InlineData("a: &x [1]\ntasks: *x\n", "b.yaml", 2, 8, "alias")]
    public void Read_Fault_HasItsLineAndColumn(string text, string name, int line, int column, string what)
    {
        var reading = BatchReader.Read(text, name);
        Assert.Null(reading.File);
        Assert.Contains(reading.Faults, f => (f.Line, f.Column) == (line, column) && f.What.Contains(what, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_BombsAndDeepNesting_AreFaultsAtOnce()
    {
        var laughs = "a: &a [x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range('b', 9).Select(c => $"{(char)c}: &{(char)c} [*{(char)(c - 1)},*{(char)(c - 1)},*{(char)(c - 1)}]\n"));
        foreach (var (text, name) in ((string, string)[])[(laughs, "b.yaml"), (new string('[', 100_000), "b.yaml"), (new string('[', 100_000), "b.json"), (new string(' ', BatchReader.LongestText + 1), "b.txt")])
            Assert.NotEmpty(BatchReader.Read(text, name).Faults);
    }

    [Fact]
    public void Read_TenThousandAndOne_IsOneTooMany()
    {
        string Lines(int count) => string.Concat(Enumerable.Repeat("custom:x\n", count));
        Assert.Equal(10_000, Good(Lines(10_000), "b.txt").Tasks.Count);
        Assert.Contains("at most 10000", Assert.Single(BatchReader.Read(Lines(10_001), "b.txt").Faults).What, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AnyText_NeverThrows() =>
        Gen.Select(Gen.Int[0, s_pieces.Length - 1].Array[0, 20].Select(at => string.Concat(at.Select(n => s_pieces[n]))), Gen.Int[0, 3].Select(n => s_names[n]))
            .Sample((text, name) =>
            {
                var reading = BatchReader.Read(text, name);
                Assert.Equal(reading.File is null, reading.Faults.Count > 0);
                Assert.All(reading.Faults, f => Assert.True(f.Line >= 1 && f.Column >= 1));
            });

    private static BatchFile Good(string text, string name)
    {
        var reading = BatchReader.Read(text, name);
        Assert.Empty(reading.Faults);
        return reading.File!;
    }
}
