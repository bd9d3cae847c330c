using System.Text;
using Awoc.Core.Contracts;
using Awoc.Core.Integration;
using Awoc.Core.Tasks;
using Awoc.Engine.Integration;

namespace Awoc.Engine.Tests.Integration;

public sealed class IntegratorTests : IAsyncLifetime
{
    private const string Result = "# Rate limits\n\n## Findings\n\nThe token bucket is everywhere.\n";

    private IntegrationBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await IntegrationBench.OpenAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Integrate_Append_AddsAndRecordsAndReads()
    {
        _bench.Write("notes.md", "# Notes\n\nMine.\n");
        var task = await _bench.EndedAsync(Result, ending: e => e with { Findings = [new Finding("min_words", "too short", 1, FindingSeverity.Error)] });

        var report = await _bench.DoneAsync(task, _bench.Order(into: "notes.md"));

        Assert.True(report.Changed);
        Assert.StartsWith("# Notes\n\nMine.\n", _bench.Read("notes.md"), StringComparison.Ordinal);
        Assert.Contains("The token bucket is everywhere.", _bench.Read("notes.md"), StringComparison.Ordinal);
        Assert.Equal((1, _bench.In("notes.md"), 1), (report.Number, report.Target, report.Quality.ContractFindings));
        Assert.NotNull((await _bench.FindAsync(task)).ReadAt);
        var folder = _bench.Paths.Task(task.Id).Integrations;
        Assert.Equal("# Notes\n\nMine.\n", File.ReadAllText(Path.Combine(folder, "1.before")));
        Assert.Contains("\"mode\": \"append\"", File.ReadAllText(Path.Combine(folder, "1.json")), StringComparison.Ordinal);
        _bench.AssertTidy();
    }

    [Fact]
    public async Task Integrate_Twice_ChangesNothingTheSecondTime()
    {
        _bench.Write("notes.md", "# Notes\n");
        var task = await _bench.EndedAsync(Result);
        await _bench.DoneAsync(task, _bench.Order(into: "notes.md"));
        var once = _bench.Read("notes.md");

        var again = await _bench.DoneAsync(task, _bench.Order(into: "notes.md"));

        Assert.Equal((false, (int?)null, once), (again.Changed, again.Number, _bench.Read("notes.md")));
    }

    [Fact]
    public async Task Integrate_WithoutMarks_IsKnownAgainByItsRecord()
    {
        _bench.Write("log.txt", "one\n");
        var task = await _bench.EndedAsync("two\n", output: "x.txt");
        await _bench.DoneAsync(task, _bench.Order(into: "log.txt") with { Marks = false });

        Assert.False((await _bench.DoneAsync(task, _bench.Order(into: "log.txt") with { Marks = false })).Changed);
        Assert.Equal("one\ntwo\n", _bench.Read("log.txt"));
    }

    [Fact]
    public async Task Integrate_DryRun_WritesNothingAndReadsNothing()
    {
        _bench.Write("notes.md", "# Notes\n");
        var task = await _bench.EndedAsync(Result);

        var report = await _bench.DoneAsync(task, _bench.Order(into: "notes.md") with { DryRun = true });

        Assert.True(report.Changed);
        Assert.Contains("+The token bucket is everywhere.", report.Diff, StringComparison.Ordinal);
        Assert.Equal("# Notes\n", _bench.Read("notes.md"));
        Assert.Null((await _bench.FindAsync(task)).ReadAt);
        Assert.False(Directory.Exists(_bench.Paths.Task(task.Id).Integrations));
    }

    [Fact]
    public async Task Integrate_Target_KeepsModeOwnerMarkAndLineEndings()
    {
        byte[] before = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("# Notes\r\n\r\nÄ mine.\r\n")];
        File.WriteAllBytes(_bench.In("notes.md"), before);
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead;
        File.SetUnixFileMode(_bench.In("notes.md"), Mode);
        var owner = Endings.RegularFile.OwnerOf(_bench.In("notes.md"));
        if (owner!.User == 0)
        {
            // As root, another user's file can be made.
            Assert.Equal(0, Chown(_bench.In("notes.md"), 12345, 23456));
            owner = owner with { User = 12345, Group = 23456 };
        }

        var task = await _bench.EndedAsync(Result);
        await _bench.DoneAsync(task, _bench.Order(into: "notes.md"));

        var after = File.ReadAllBytes(_bench.In("notes.md"));
        Assert.Equal(before, after[..before.Length]);
        var added = Encoding.UTF8.GetString(after[before.Length..]);
        Assert.Equal(added.Count(c => c == '\n'), added.Split("\r\n").Length - 1);
        Assert.Equal(owner, Endings.RegularFile.OwnerOf(_bench.In("notes.md")));
        Assert.Equal(Mode, File.GetUnixFileMode(_bench.In("notes.md")));
    }

    [Fact]
    public async Task Integrate_NoTarget_IsTheOutputThatWasThereBefore()
    {
        var task = await _bench.EndedAsync(Result, output: "report.md", before: "# Report\n");

        var report = await _bench.DoneAsync(task, _bench.Order());

        Assert.Equal(_bench.In("report.md"), report.Target);
        Assert.StartsWith("# Report\n", _bench.Read("report.md"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Integrate_NoTargetAndNoOutputBefore_IsShown()
    {
        var task = await _bench.EndedAsync(Result);

        var report = await _bench.DoneAsync(task, _bench.Order(IntegrationMode.Auto));

        Assert.Null(report.Target);
        Assert.Contains("The token bucket is everywhere.", report.Content, StringComparison.Ordinal);
        Assert.Contains("short enough", report.Why, StringComparison.Ordinal);
        Assert.Contains("needs a target", await _bench.RefusedAsync(task, _bench.Order(IntegrationMode.Merge)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Integrate_NoTargetAndNoMarkdown_IsShownAsItIs()
    {
        var task = await _bench.EndedAsync("{ \"a\": 1 }\n", output: "result.json");
        Assert.Equal("{ \"a\": 1 }\n", (await _bench.DoneAsync(task, _bench.Order(IntegrationMode.Auto))).Content);

        var longer = await _bench.EndedAsync(string.Concat(Enumerable.Repeat("a line of a log\n", 4000)), output: "result.txt");
        var shown = await _bench.DoneAsync(longer, _bench.Order(IntegrationMode.Auto));
        Assert.InRange(shown.Content!.Length, 1000, 16_000);
        Assert.Contains(shown.Notices, n => n.Contains("left out", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("new.json", "{ \"a\": 1 }\n", "{ \"a\": 1 }\n")]
    [InlineData("list.json", "{ \"a\": 1 }\n", "\"a\"")]
    [InlineData("object.json", "# R\n\n## Executive Summary\n\nThe bucket wins.\n", "The bucket wins.")]
    public async Task Integrate_AutoIntoJson_FitsWhatIsThere(string into, string result, string expected)
    {
        _bench.Write("list.json", "[1]\n");
        _bench.Write("object.json", "{}\n");
        var task = await _bench.EndedAsync(result, output: result[0] == '{' ? "result.json" : "result.md");

        Assert.True((await _bench.DoneAsync(task, _bench.Order(IntegrationMode.Auto, into))).Changed);

        Assert.Contains(expected, _bench.Read(into), StringComparison.Ordinal);
        Assert.NotNull(System.Text.Json.Nodes.JsonNode.Parse(_bench.Read(into)));
        Assert.False((await _bench.DoneAsync(task, _bench.Order(IntegrationMode.Auto, into))).Changed);
    }

    [Fact]
    public async Task Integrate_NewFile_IsCreatedAndUndoneToNothing()
    {
        var task = await _bench.EndedAsync(Result);
        await _bench.DoneAsync(task, _bench.Order(into: "new.md"));
        Assert.Contains("token bucket", _bench.Read("new.md"), StringComparison.Ordinal);

        await _bench.UndoneAsync(task);

        Assert.False(File.Exists(_bench.In("new.md")));
    }

    [Fact]
    public async Task Integrate_TenAtOnce_AllLand()
    {
        _bench.Write("notes.md", "# Notes\n");
        List<AgentTask> tasks = [];
        for (var i = 0; i < 10; i++) tasks.Add(await _bench.EndedAsync($"# Part {i}\n\nFinding number {i}.\n", description: $"Part {i}"));

        // Half of them by another daemon of the same home: only the kernel's lock and the hash keep them apart.
        var other = _bench.NewIntegrator();
        var ends = await Task.WhenAll(tasks.Select((task, i) => Task.Run(
            () => (i % 2 == 0 ? _bench.Integrator : other).IntegrateAsync(task, _bench.Order(into: "notes.md"), Cancellation))));

        Assert.All(ends, end => Assert.True(Assert.IsType<IntegrationEnd.Done>(end).Report.Changed));
        var text = _bench.Read("notes.md");
        for (var i = 0; i < 10; i++) Assert.Contains($"Finding number {i}.", text, StringComparison.Ordinal);
        _bench.AssertTidy();
    }

    [Fact]
    public async Task Integrate_TargetChangedMeanwhile_IsReadAnew()
    {
        _bench.Write("notes.md", "# Notes\n");
        var task = await _bench.EndedAsync(Result);
        var changed = false;
        var integrator = _bench.NewIntegrator(step =>
        {
            if (step != "draft" || changed) return;
            changed = true;
            _bench.Write("notes.md", "# Notes\n\nWritten in between.\n");
        });

        var end = await integrator.IntegrateAsync(task, _bench.Order(into: "notes.md"), Cancellation);

        Assert.Equal(1, Assert.IsType<IntegrationEnd.Done>(end).Report.Number);
        Assert.Contains("Written in between.", _bench.Read("notes.md"), StringComparison.Ordinal);
        Assert.Contains("token bucket", _bench.Read("notes.md"), StringComparison.Ordinal);
        _bench.AssertTidy();
    }

    [Fact]
    public async Task Integrate_TargetThatKeepsChanging_IsGivenUpUnwritten()
    {
        _bench.Write("notes.md", "0\n");
        var task = await _bench.EndedAsync(Result);
        var count = 0;
        var integrator = _bench.NewIntegrator(step =>
        {
            if (step == "draft") _bench.Write("notes.md", $"{++count}\n");
        });

        var end = await integrator.IntegrateAsync(task, _bench.Order(into: "notes.md"), Cancellation);

        Assert.Contains("kept changing", Assert.IsType<IntegrationEnd.Refused>(end).Why, StringComparison.Ordinal);
        Assert.Equal($"{count}\n", _bench.Read("notes.md"));
        _bench.AssertTidy();
    }

    [Fact]
    public async Task Integrate_TaskThatIsNotThere_IsRefusedWithTheWayOn()
    {
        _bench.Write("notes.md", "");
        var ended = await _bench.EndedAsync(Result);
        var order = _bench.Order(into: "notes.md");
        Assert.Contains("awoc wait", await _bench.RefusedAsync(ended with { State = TaskState.Running }, order), StringComparison.Ordinal);
        Assert.Contains("left no result", await _bench.RefusedAsync(ended with { Result = TaskResult.None }, order), StringComparison.Ordinal);

        var broken = await _bench.EndedAsync(Result, ending: e => e with { Verification = Verification.Failed });
        Assert.Contains("--force", await _bench.RefusedAsync(broken, order), StringComparison.Ordinal);
        Assert.Empty(_bench.Read("notes.md"));
        var report = await _bench.DoneAsync(broken, order with { Force = true });
        Assert.Contains(report.Notices, n => n.Contains("contract", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Integrate_PartialResult_SaysSo()
    {
        _bench.Write("notes.md", "# Notes\n");
        var task = await _bench.EndedAsync(
            Result, ending: e => e with { Outcome = TaskOutcome.BudgetExhausted, Reason = EndReason.Tokens, Result = TaskResult.Partial, Verification = Verification.NotChecked });

        var report = await _bench.DoneAsync(task, _bench.Order(into: "notes.md"));

        Assert.Contains(report.Notices, n => n.Contains("partial", StringComparison.Ordinal));
        Assert.Contains("budget exhausted", _bench.Read("notes.md"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Integrate_LinksThatLeadNowhere_AreCounted()
    {
        _bench.Write("notes.md", "# Notes\n");
        _bench.Write("there.md", "");
        var task = await _bench.EndedAsync("# R\n\n[a](there.md) [b](gone.md#x) [c](https://example.com) [d](#here)\n\n[e]: also-gone.md\n");

        var report = await _bench.DoneAsync(task, _bench.Order(into: "notes.md"));

        Assert.Equal(["gone.md#x", "also-gone.md"], report.Dangling);
        Assert.Equal(2, report.Quality.DanglingLinks);
    }

    [Fact]
    public async Task Merge_Code_IsThreeWayFromWhatTheTaskSaw()
    {
        var task = await _bench.EndedAsync("a\nb\nc\nd\nTHEIRS\n", output: "code.py", before: "a\nb\nc\nd\ne\n");
        _bench.Write("code.py", "MINE\nb\nc\nd\ne\n");

        var report = await _bench.DoneAsync(task, _bench.Order(IntegrationMode.Auto));

        Assert.Equal(IntegrationMode.Merge, report.Mode);
        Assert.Equal("MINE\nb\nc\nd\nTHEIRS\n", _bench.Read("code.py"));
        Assert.Equal((5, 4), (report.Quality.TargetLines, report.Quality.TargetLinesKept));
        Assert.False((await _bench.DoneAsync(task, _bench.Order(IntegrationMode.Merge))).Changed);

        await _bench.UndoneAsync(task);
        Assert.Equal("MINE\nb\nc\nd\ne\n", _bench.Read("code.py"));
    }

    [Fact]
    public async Task Merge_CodeWithUnicodeLineEnds_KeepsThem()
    {
        const string odd = "s = 'x\u2028y\u0085z'\f";
        var task = await _bench.EndedAsync($"a\n{odd}\nTHEIRS\n", output: "code.py", before: $"a\n{odd}\nc\n");
        _bench.Write("code.py", $"a\r\n{odd}\r\nc\r\n");

        await _bench.DoneAsync(task, _bench.Order(IntegrationMode.Merge));

        Assert.Equal($"a\r\n{odd}\r\nTHEIRS\r\n", _bench.Read("code.py"));
    }

    [Fact]
    public async Task Merge_CodeWithCrlf_KeepsIt()
    {
        var task = await _bench.EndedAsync("a\nb\nTHEIRS\n", output: "code.py", before: "a\r\nb\r\nc\r\n");

        await _bench.DoneAsync(task, _bench.Order(IntegrationMode.Merge));

        Assert.Equal("a\r\nb\r\nTHEIRS\r\n", _bench.Read("code.py"));
    }

    [Fact]
    public async Task Merge_CodeInConflict_IsShownAndNotWritten()
    {
        var task = await _bench.EndedAsync("a\nTHEIRS\nc\n", output: "code.py", before: "a\nb\nc\n");
        _bench.Write("code.py", "a\nMINE\nc\n");

        var report = await _bench.DoneAsync(task, _bench.Order(IntegrationMode.Merge));

        var conflict = Assert.Single(report.Conflicts);
        Assert.Equal((2, "MINE", "THEIRS"), (conflict.Line, conflict.Target, conflict.Result));
        Assert.False(report.Changed);
        Assert.Equal("a\nMINE\nc\n", _bench.Read("code.py"));
        Assert.Null((await _bench.FindAsync(task)).ReadAt);
    }

    [Fact]
    public async Task Merge_CodeWithoutBase_IsRefusedUnlessOneIsNamed()
    {
        _bench.Write("other.py", "MINE\nb\nc\nd\n");
        _bench.Write("base.py", "a\nb\nc\nd\n");
        var task = await _bench.EndedAsync("a\nb\nc\nTHEIRS\n", output: "code.py");
        var order = _bench.Order(IntegrationMode.Merge, "other.py");

        Assert.Contains("--base", await _bench.RefusedAsync(task, order), StringComparison.Ordinal);
        Assert.Contains("nobase.py", await _bench.RefusedAsync(task, order with { Base = "nobase.py" }), StringComparison.Ordinal);
        await _bench.DoneAsync(task, order with { Base = "base.py" });

        Assert.Equal("MINE\nb\nc\nTHEIRS\n", _bench.Read("other.py"));
    }

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "chown", CharSet = System.Runtime.InteropServices.CharSet.Ansi)]
    private static extern int Chown(string path, uint user, uint group);
}
