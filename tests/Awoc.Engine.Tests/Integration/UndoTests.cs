using Awoc.Core.Integration;
using Awoc.Engine.Integration;

namespace Awoc.Engine.Tests.Integration;

public sealed class UndoTests : IAsyncLifetime
{
    private const string Notes = "# Notes\n\nMine.\n\n## Later\n\nAlso mine.";

    private IntegrationBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await IntegrationBench.OpenAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(IntegrationMode.Append)]
    [InlineData(IntegrationMode.Merge)]
    [InlineData(IntegrationMode.Reference)]
    [InlineData(IntegrationMode.Summarize)]
    public async Task Undo_UntouchedTarget_HasItsBytesBack(IntegrationMode mode)
    {
        var before = File.ReadAllBytes(_bench.Write("notes.md", Notes));
        var task = await _bench.EndedAsync("# R\n\n## Later\n\nNew.\n\n## Findings\n\nMore.\n");
        await _bench.DoneAsync(task, _bench.Order(mode, "notes.md"));
        Assert.NotEqual(before, File.ReadAllBytes(_bench.In("notes.md")));

        var undone = await _bench.UndoneAsync(task);

        Assert.True(undone.Changed);
        Assert.Equal(before, File.ReadAllBytes(_bench.In("notes.md")));
        Assert.False((await _bench.UndoneAsync(task)).Changed);
        Assert.False((await _bench.UndoneAsync(task, 1)).Changed);
        _bench.AssertTidy();

        // What was undone can be brought in again, under a number of its own.
        Assert.Equal(2, (await _bench.DoneAsync(task, _bench.Order(mode, "notes.md"))).Number);
    }

    [Fact]
    public async Task Undo_JsonMergeOrAppend_HasItsBytesBack()
    {
        foreach (var (name, text, mode) in ((string, string, IntegrationMode)[])[("a.json", "{\n \"a\": 1 }", IntegrationMode.Merge), ("b.json", "[ 1,2 ]\n", IntegrationMode.Append)])
        {
            var before = File.ReadAllBytes(_bench.Write(name, text));
            var task = await _bench.EndedAsync("{ \"b\": [true] }", output: "result.json");
            Assert.True((await _bench.DoneAsync(task, _bench.Order(mode, name))).Changed);
            Assert.False((await _bench.DoneAsync(task, _bench.Order(mode, name))).Changed);
            Assert.Contains("true", _bench.Read(name), StringComparison.Ordinal);

            await _bench.UndoneAsync(task);

            Assert.Equal(before, File.ReadAllBytes(_bench.In(name)));
        }
    }

    [Fact]
    public async Task Undo_OneReferenceOfMany_LeavesTheOthers()
    {
        _bench.Write("INDEX.md", "# Index\n");
        var tasks = new List<Core.Tasks.AgentTask>();
        for (var i = 0; i < 4; i++) tasks.Add(await _bench.EndedAsync($"# R{i}\n\nWords of {i}.\n", description: $"Report {i}"));
        foreach (var task in tasks) await _bench.DoneAsync(task, _bench.Order(IntegrationMode.Reference, "INDEX.md"));

        await _bench.UndoneAsync(tasks[1]);

        var text = _bench.Read("INDEX.md");
        Assert.DoesNotContain("Report 1", text, StringComparison.Ordinal);
        foreach (var i in (int[])[0, 2, 3]) Assert.Contains($"Report {i}", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Undo_TargetThatWentOn_LosesOnlyWhatWasBroughtIn()
    {
        _bench.Write("notes.md", "# Notes\n\nMine.\n");
        var first = await _bench.EndedAsync("# One\n\nFirst finding.\n", description: "One");
        var second = await _bench.EndedAsync("# Two\n\nSecond finding.\n", description: "Two");
        await _bench.DoneAsync(second, _bench.Order(into: "notes.md"));
        var alone = _bench.Read("notes.md");
        await _bench.UndoneAsync(second);
        await _bench.DoneAsync(first, _bench.Order(into: "notes.md"));
        await _bench.DoneAsync(second, _bench.Order(into: "notes.md"));
        _bench.Write("notes.md", _bench.Read("notes.md").Replace("Mine.", "Mine, revised.", StringComparison.Ordinal));

        await _bench.UndoneAsync(first);

        Assert.Equal(alone.Replace("Mine.", "Mine, revised.", StringComparison.Ordinal), _bench.Read("notes.md"));
    }

    [Fact]
    public async Task Undo_ChangedWhereItChanged_IsRefusedAndShown()
    {
        _bench.Write("notes.md", "# Notes\n");
        var task = await _bench.EndedAsync("# One\n\nFirst finding.\n");
        await _bench.DoneAsync(task, _bench.Order(into: "notes.md"));
        var edited = _bench.Read("notes.md").Replace("First finding.", "First finding, improved by hand.", StringComparison.Ordinal);
        _bench.Write("notes.md", edited);

        var refused = Assert.IsType<UndoEnd.Refused>(await _bench.Integrator.UndoAsync(task, null, "the user", dryRun: false, Cancellation));

        Assert.Contains("has changed since", refused.Why, StringComparison.Ordinal);
        Assert.Contains("improved by hand", Assert.Single(refused.Conflicts).Target, StringComparison.Ordinal);
        Assert.Equal(edited, _bench.Read("notes.md"));
        _bench.AssertTidy();
    }

    [Fact]
    public async Task Undo_NothingOfTheKind_IsRefused()
    {
        var task = await _bench.EndedAsync("# One\n");
        Assert.Contains("integrated nowhere", (await RefusedAsync()).Why, StringComparison.Ordinal);

        _bench.Write("notes.md", "# Notes\n");
        await _bench.DoneAsync(task, _bench.Order(into: "notes.md"));
        Assert.Contains("no integration 7", (await RefusedAsync(7)).Why, StringComparison.Ordinal);

        File.Delete(_bench.In("notes.md"));
        Assert.Contains("is gone", (await RefusedAsync()).Why, StringComparison.Ordinal);
        async Task<UndoEnd.Refused> RefusedAsync(int? number = null) =>
            Assert.IsType<UndoEnd.Refused>(await _bench.Integrator.UndoAsync(task, number, "the user", dryRun: false, Cancellation));
    }

    [Fact]
    public async Task Undo_BackupThatWasTamperedWith_LeavesTheTargetAlone()
    {
        _bench.Write("notes.md", "# Notes\n");
        var task = await _bench.EndedAsync("# One\n");
        var report = await _bench.DoneAsync(task, _bench.Order(into: "notes.md"));
        var after = _bench.Read("notes.md");
        File.WriteAllText(Path.Combine(_bench.Paths.Task(task.Id).Integrations, $"{report.Number}.before"), "something else");

        var refused = Assert.IsType<UndoEnd.Refused>(await _bench.Integrator.UndoAsync(task, null, "the user", dryRun: false, Cancellation));

        Assert.Contains("not what it was", refused.Why, StringComparison.Ordinal);
        Assert.Equal(after, _bench.Read("notes.md"));
    }
}
