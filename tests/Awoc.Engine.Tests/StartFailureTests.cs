using System.ComponentModel;
using Awoc.Core.Budgets;
using Awoc.Core.Tasks;
using Awoc.Engine.Endings;

namespace Awoc.Engine.Tests;

public sealed class StartFailureTests
{
    private static readonly AgentTask s_task = new()
    {
        Id = TaskId.New(TimeProvider.System),
        Version = 1,
        CreatedAt = DateTimeOffset.UnixEpoch,
        Attempt = 1,
        Spec = new TaskSpec { Type = "research", Agent = "claude", Budget = Budget.Default, Cwd = "/" },
    };

    public static TheoryData<Exception, EndReason> Failures { get; } = new()
    {
        { new Win32Exception(12, "fork"), EndReason.NoMemory },
        { new InsufficientMemoryException(), EndReason.NoMemory },
        { new IOException("mmap", 12), EndReason.NoMemory },
        { new IOException("write", 28), EndReason.DiskFull },
        { new Win32Exception(2, "no shim"), EndReason.SpawnFailed },
        { new FileNotFoundException("no shim"), EndReason.SpawnFailed },
        { new InvalidOperationException("why"), EndReason.SpawnFailed },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void Judge_ByWhatBroke_NamesTheReasonAndTheNextStep(Exception broken, EndReason reason)
    {
        var verdict = StartFailure.Judge(broken, "/home/awoc", s_task);
        Assert.Equal((TaskOutcome.Failed, reason), (verdict.Outcome, verdict.Reason!.Value));
        Assert.Contains($"awoc retry {s_task.Id.Handle}", verdict.Detail, StringComparison.Ordinal);
    }
}
