using System.Diagnostics;
using System.Text.Json;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Tasks;
using Awoc.Engine.Endings;
using Awoc.Engine.Homes;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Tests;

public sealed class PartialResultsTests : IDisposable
{
    private const string Skeleton = "# R\n\n## Executive Summary\n\nTODO\n\n## Key Findings\n\n## Detailed Analysis\n\n## Sources and References\n\n## Recommendations\n";
    private const string TwoSections = "# R\n\n## Executive Summary\n\nShort.\n\n## Key Findings\n\n- one\n";

    private readonly string _root = Directory.CreateTempSubdirectory("awoc-partial-").FullName;
    private readonly string _cwd;
    private readonly TaskId _id = TaskId.New(TimeProvider.System);
    private readonly TaskFolder _folder;
    private readonly AttemptStory _story = new();

    public PartialResultsTests()
    {
        _cwd = Path.Combine(_root, "cwd");
        Directory.CreateDirectory(_cwd);
        _folder = new AwocPaths(Path.Combine(_root, "home")).Task(_id);
        foreach (var n in (int[])[1, 2])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.Attempt(n).Staging(Target))!);
            File.WriteAllText(_folder.Attempt(n).TargetBefore, "");
        }
    }

    private string Target => Path.Combine(_cwd, "r.md");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Write_NothingProduced_BothFilesExistAndSaySo()
    {
        Assert.Equal(new KeptPartial(TaskResult.None, null), await WriteAsync());
        var text = File.ReadAllText(_folder.PartialResults);
        Assert.StartsWith("PARTIAL RESULTS", text, StringComparison.Ordinal);
        Assert.Contains($"awoc recover {_id.Handle}", text, StringComparison.Ordinal);
        Assert.Contains("nothing", text, StringComparison.Ordinal);
        Assert.Equal((PartialSource.None, 5), (Account.Recovered.Source, Account.Left.Sections.Count));
        Assert.False(File.Exists(_folder.PartialOutput(Target)));
    }

    [Fact]
    public async Task Write_UnfinishedWriteToTheStagingFile_RecoversItsTextAndNamesTheMissingSections()
    {
        Say("Looking around.");
        Begin("Write", Json(_folder.Attempt(1).Staging(Target), TwoSections + "\n## Detailed Anal")[..^4]);
        var kept = await WriteAsync();
        Assert.Equal(new KeptPartial(TaskResult.Partial, _folder.PartialOutput(Target)), kept);
        Assert.Equal(TwoSections + "\n## Detailed An\n", File.ReadAllText(kept.Path!));
        Assert.Equal(PartialSource.CutWrite, Account.Recovered.Source);
        Assert.Equal(["Detailed Analysis", "Sources and References", "Recommendations"], Account.Left.Sections);
        Assert.Equal("Write", Account.Progress.LastTool);
    }

    [Fact]
    public async Task Write_SkeletonStagedAndTheFullWriteCut_TakesTheOneThatLacksLess()
    {
        File.WriteAllText(_folder.Attempt(1).Staging(Target), Skeleton);
        _story.Add(new AgentEvent.ToolCall("t1", "Write", Json(_folder.Attempt(1).Staging(Target), TwoSections)[..^2], Cut: true));
        await WriteAsync();
        Assert.Equal(PartialSource.CutWrite, Account.Recovered.Source);
    }

    [Fact]
    public async Task Write_OnlySaid_JoinsWholeAndUnfinishedText()
    {
        Say("First.");
        _story.Add(new AgentEvent.Piece(PieceKind.Begin, 0, ""));
        _story.Add(new AgentEvent.Piece(PieceKind.Text, 0, "Sec"));
        _story.Add(new AgentEvent.Piece(PieceKind.Text, 0, "ond"));
        var kept = await WriteAsync();
        Assert.Equal("First.\nSecond\n", File.ReadAllText(kept.Path!));
        Assert.Equal(PartialSource.Text, Account.Recovered.Source);
    }

    [Fact]
    public async Task Write_SoftLanding_TakesTheReport()
    {
        Say("Chatter.");
        Call("t1", "Bash", """{"command":"ls"}""", "x");
        Say("The report.");
        await WriteAsync(reported: true);
        Assert.Equal((PartialSource.Report, "The report."), (Account.Recovered.Source, Account.Recovered.Text));
    }

    [Fact]
    public async Task Write_FilesInARepository_HaveDiffsAndUntrackedOnesLengths()
    {
        File.WriteAllText(Path.Combine(_cwd, "known.txt"), "old\n");
        Git("init", "-q");
        Git("add", ".");
        Git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "one");
        foreach (var (name, content) in (IEnumerable<(string, string)>)[("known.txt", "new\n"), ("fresh ü.txt", "12345")])
        {
            File.WriteAllText(Path.Combine(_cwd, name), content);
            Call($"w{name}", "Write", Json(Path.Combine(_cwd, name), content), "ok");
        }

        Call("gone", "Edit", Json(Path.Combine(_cwd, "gone.txt"), ""), "ok");
        var kept = await WriteAsync();
        Assert.Equal(new KeptPartial(TaskResult.Partial, _folder.PartialResults), kept);
        Assert.Equal(["modified", "new", "gone"], Account.Files.Select(file => file.Change));
        Assert.Contains("-old\n+new\n", Account.Files[0].Diff, StringComparison.Ordinal);
        Assert.Equal((5L, null), (Account.Files[1].Bytes, Account.Files[1].Diff));
        Assert.Contains("+new", File.ReadAllText(_folder.PartialResults), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_FilesOutsideARepository_AreListed()
    {
        File.WriteAllText(Path.Combine(_cwd, "a.txt"), "1");
        Call("w", "Write", Json("a.txt", "1"), "ok");
        await WriteAsync();
        Assert.Equal([new WrittenFile(Path.Combine(_cwd, "a.txt"), "written", 1, null)], Account.Files);
    }

    [Fact]
    public async Task Write_LaterAttemptWithLess_KeepsWhatTheEarlierOneLeft()
    {
        _story.Add(new AgentEvent.ToolCall("t1", "Write", Json(_folder.Attempt(1).Staging(Target), TwoSections)[..^2], Cut: true));
        var first = await WriteAsync();
        var second = await WriteAsync(attempt: 2, story: new AttemptStory());
        Assert.Equal(first, second);
        Assert.Equal((2, 1, TwoSections), (Account.Attempt, Account.Recovered.Attempt, Account.Recovered.Text));
        Assert.Equal(1, PartialAccount.Read(_folder.Attempt(1).PartialAccount)!.Attempt);
    }

    [Fact]
    public async Task Write_DoneAgain_IsTheSame()
    {
        Say("Something.");
        await WriteAsync();
        var (text, json) = (File.ReadAllText(_folder.PartialResults), File.ReadAllText(_folder.PartialAccount));
        await WriteAsync();
        Assert.Equal((text, json), (File.ReadAllText(_folder.PartialResults), File.ReadAllText(_folder.PartialAccount)));
    }

    [Fact]
    public async Task Remove_AfterASuccess_LeavesTheAttemptsAccountAlone()
    {
        Say("Something.");
        await WriteAsync();
        PartialResults.Remove(_folder, Target);
        Assert.False(File.Exists(_folder.PartialResults) || File.Exists(_folder.PartialAccount) || File.Exists(_folder.PartialOutput(Target)));
        Assert.True(File.Exists(_folder.Attempt(1).PartialResults));
    }

    [Fact]
    public async Task Write_TodoList_TellsWhatIsDoneAndLeft()
    {
        _story.Add(new AgentEvent.TodoList([new TodoItem("look", "completed"), new TodoItem("write", "in_progress")]));
        await WriteAsync();
        Assert.Equal((1, "write"), (Account.Progress.TodoDone, Assert.Single(Account.Left.Todo)));
    }

    private PartialAccount Account => PartialAccount.Read(_folder.PartialAccount)!;

    private Task<KeptPartial> WriteAsync(bool reported = false, int attempt = 1, AttemptStory? story = null)
    {
        var task = new AgentTask
        {
            Id = _id,
            Version = 1,
            Attempt = attempt,
            CreatedAt = DateTimeOffset.UnixEpoch,
            Spec = new TaskSpec { Type = "research", Agent = "claude", Budget = Budget.Default, Cwd = _cwd, Output = Target },
        };
        var verdict = new AttemptVerdict(TaskOutcome.BudgetExhausted, EndReason.Tokens, "all were used");
        return PartialResults.WriteAsync(task, _folder, new UnfinishedAttempt(story ?? _story, verdict, 100, 5_000, Structured: true, reported), TimeProvider.System);
    }

    private void Say(string text) => _story.Add(new AgentEvent.Text(text));

    private void Begin(string tool, string input)
    {
        _story.Add(new AgentEvent.Piece(PieceKind.Begin, 0, tool));
        foreach (var piece in input.Chunk(7)) _story.Add(new AgentEvent.Piece(PieceKind.Input, 0, new string(piece)));
    }

    private void Call(string id, string tool, string input, string result)
    {
        _story.Add(new AgentEvent.ToolCall(id, tool, input));
        _story.Add(new AgentEvent.ToolResult(id, false, result));
    }

    private static string Json(string path, string content) =>
        JsonSerializer.Serialize(new Dictionary<string, string> { ["file_path"] = path, ["content"] = content });

    private void Git(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = _cwd })!;
        Assert.True(git.WaitForExit(TimeSpan.FromSeconds(30)));
        Assert.Equal(0, git.ExitCode);
    }
}
