using Awoc.Core.Budgets;
using Awoc.Core.Tasks;
using Awoc.Engine.Endings;
using Awoc.Engine.Homes;

namespace Awoc.Engine.Tests;

public sealed class OutputTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("awoc-output-").FullName;
    private readonly TaskFolder _folder;
    private readonly AttemptFolder _attempt;
    private readonly string _target;

    public OutputTests()
    {
        _folder = new AwocPaths(Path.Combine(_root, "home")).Task(TaskId.New(TimeProvider.System));
        _attempt = _folder.Attempt(1);
        _target = Path.Combine(_root, "report.md");
        Directory.CreateDirectory(Path.GetDirectoryName(_attempt.Staging(_target))!);
        Launch();
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Staged_IsDeliveredAndKept()
    {
        Stage("staged\n");
        Assert.IsType<Delivery.Done>(Deliver("said"));
        Assert.Equal("staged\n", File.ReadAllText(_target));
        Assert.Equal("staged\n", File.ReadAllText(_folder.Output(_target)));
    }

    [Fact]
    public void Staged_DeliveredTwice_IsTheSame()
    {
        Stage("staged\n");
        Deliver("");
        Assert.IsType<Delivery.Done>(Deliver(""));
        Assert.Equal("staged\n", File.ReadAllText(_target));
    }

    [Fact]
    public void StagedEmpty_CountsAsNothing()
    {
        Stage("");
        Assert.IsType<ProducedOutput.Said>(Find("said"));
        Assert.IsType<ProducedOutput.Nothing>(Find("  \n"));
    }

    [Fact]
    public void Said_IsDeliveredWithOneNewline()
    {
        Assert.IsType<Delivery.Done>(Deliver("the answer"));
        Assert.Equal("the answer\n", File.ReadAllText(_target));
    }

    [Fact]
    public void WrittenInPlace_IsAdoptedAsItStandsAndACopyKept()
    {
        File.WriteAllText(_target, "by the agent");
        Assert.IsType<ProducedOutput.InPlace>(Find("said"));
        var done = Assert.IsType<Delivery.Done>(Deliver("said"));
        Assert.Null(done.ShaBefore);
        Assert.Equal(ContentHash.OfText("by the agent"), done.ShaAfter);
        Assert.Equal("by the agent", File.ReadAllText(_folder.Output(_target)));
    }

    [Fact]
    public void TargetStoodBefore_IsLeftAloneUnlessOverwritten()
    {
        File.WriteAllText(_target, "mine");
        Launch();
        Stage("theirs");
        Assert.IsType<Delivery.Waits>(Deliver(""));
        Assert.Equal("mine", File.ReadAllText(_target));
        Assert.Equal("theirs", File.ReadAllText(_folder.Output(_target)));
        var done = Assert.IsType<Delivery.Done>(Deliver("", overwrite: true));
        Assert.Equal((ContentHash.OfText("mine"), ContentHash.OfText("theirs")), (done.ShaBefore, done.ShaAfter));
        Assert.Equal("theirs", File.ReadAllText(_target));
    }

    [Fact]
    public void Overwritten_KeepsTheTargetsMode()
    {
        File.WriteAllText(_target, "mine");
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        File.SetUnixFileMode(_target, Mode);
        Stage("theirs");
        Deliver("", overwrite: true);
        Assert.Equal(Mode, File.GetUnixFileMode(_target));
    }

    [Fact]
    public void TargetFolderGone_FailsAndKeepsTheResult()
    {
        Stage("whole");
        var produced = Find("");
        var kept = OutputDelivery.Keep(_folder, produced, _target)!;
        var spec = Spec(overwrite: false) with { Output = Path.Combine(_root, "gone", "report.md") };
        Assert.IsType<Delivery.Failed>(OutputDelivery.Deliver(spec, _folder, _attempt, produced, kept));
        Assert.Equal("whole", File.ReadAllText(kept));
        Assert.Empty(Directory.EnumerateFiles(_root, ".awoc-*", SearchOption.AllDirectories));
    }

    [Fact]
    public void NoTarget_StaysInTheTasksFolder()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_attempt.Staging(null))!);
        File.WriteAllText(_attempt.Staging(null), "kept");
        var produced = ProducedOutput.Find(_attempt, null, "", null);
        var kept = OutputDelivery.Keep(_folder, produced, null)!;
        Assert.IsType<Delivery.NoTarget>(OutputDelivery.Deliver(Spec(false) with { Output = null }, _folder, _attempt, produced, kept));
        Assert.Equal("kept", File.ReadAllText(kept));
    }

    private void Launch() => File.WriteAllText(_attempt.TargetBefore, ContentHash.OfFile(_target) ?? "");

    private void Stage(string text) => File.WriteAllText(_attempt.Staging(_target), text);

    private ProducedOutput Find(string said) => ProducedOutput.Find(_attempt, _target, said, null);

    private Delivery Deliver(string said, bool overwrite = false)
    {
        var produced = Find(said);
        return OutputDelivery.Deliver(Spec(overwrite), _folder, _attempt, produced, OutputDelivery.Keep(_folder, produced, _target)!);
    }

    private TaskSpec Spec(bool overwrite) =>
        new() { Type = "custom", Agent = "command", Budget = Budget.Default, Cwd = _root, Output = _target, Overwrite = overwrite };
}
