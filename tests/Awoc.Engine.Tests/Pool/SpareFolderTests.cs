using Awoc.Core.Tasks;
using Awoc.Engine.Homes;
using Awoc.Engine.Pool;
using Awoc.Engine.TaskFolders;

namespace Awoc.Engine.Tests.Pool;

public sealed class SpareFolderTests : IDisposable
{
    private readonly AwocPaths _paths = new(Directory.CreateTempSubdirectory("awoc-spare-").FullName);

    [Fact]
    public void Become_AnAttemptThatIsPrepared_HasBothTheirFilesAndKeepsTheLogThatIsFollowed()
    {
        var (attempt, spare) = Make();
        File.WriteAllText(attempt.Stdin, "prompt");
        using var followed = new StreamReader(new FileStream(attempt.ExecutionLog, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        File.WriteAllText(Path.Combine(spare.Path, "claim"), "claim");

        SpareFolder.Become(spare, attempt);

        Assert.False(Directory.Exists(spare.Path));
        Assert.Equal(["claim", "execution.log", "out", "stdin"], Directory.EnumerateFileSystemEntries(attempt.Path).Select(Path.GetFileName).Order());
        File.AppendAllText(attempt.ExecutionLog, "a line");
        Assert.Equal("a line", followed.ReadToEnd());
    }

    [Fact]
    public void Become_WithoutTheSpare_LeavesAnAttemptThatCanBeMadeAgain()
    {
        var (attempt, spare) = Make();
        Directory.Delete(spare.Path);
        Assert.Throws<IOException>(() => SpareFolder.Become(spare, attempt));
        Assert.True(Directory.Exists(attempt.Path));
    }

    [Fact]
    public void PutAside_WhatNeverBegan_LeavesNothing()
    {
        var (attempt, _) = Make();
        SpareFolder.PutAside(_paths, attempt);
        Assert.False(Directory.Exists(attempt.Path));
        Assert.Single(SpareFolder.All(_paths));
    }

    public void Dispose() => Directory.Delete(_paths.Home, recursive: true);

    private (AttemptFolder Attempt, AttemptFolder Spare) Make()
    {
        var id = TaskId.New(TimeProvider.System);
        var spare = _paths.Spare(TaskId.New(TimeProvider.System));
        SpareFolder.Create(_paths, spare);
        Directory.CreateDirectory(_paths.Task(id).Path);
        return (TaskFiles.OpenAttempt(_paths.Task(id), 1), spare);
    }
}
