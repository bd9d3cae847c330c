using System.ComponentModel;
using Awoc.Core.Agents;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Awoc.Engine.Waiting;

namespace Awoc.Engine.Endings;

/// <summary>What it means that an attempt could not be started at all.</summary>
public static class StartFailure
{
    // errno of Linux, which .NET keeps in the lower half of an IOException's HResult, and as it is in a Win32Exception's code.
    private const int OutOfMemory = 12;
    private const int NoSpaceLeft = 28;

    /// <param name="home">AWOC's own directory, on whose disk attempts are made.</param>
    public static AttemptVerdict Judge(Exception broken, string home, AgentTask task)
    {
        var retry = $"'awoc retry {task.Id.Handle}'";
        return (broken, Errno(broken)) switch
        {
            (MissingReferenceException missing, _) => Failed(EndReason.DependencyFailed, $"{missing.Message}; mend that, then {retry}"),
            (_, NoSpaceLeft) => Failed(EndReason.DiskFull, $"no room on the disk of {home}; free some, then {retry}"),
            (OutOfMemoryException, _) or (_, OutOfMemory) =>
                Failed(EndReason.NoMemory, $"there was no memory to start it ({broken.Message}); free some, then {retry}"),
            _ => Failed(EndReason.SpawnFailed, $"it could not be started: {broken.Message}; see 'awoc doctor', then {retry}"),
        };
    }

    private static int Errno(Exception broken) => broken switch
    {
        Win32Exception native => native.NativeErrorCode,
        IOException io => io.HResult & 0xFFFF,
        _ => 0,
    };

    private static AttemptVerdict Failed(EndReason reason, string why) => new(TaskOutcome.Failed, reason, why);
}
