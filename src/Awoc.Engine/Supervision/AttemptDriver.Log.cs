using Awoc.Core.Tasks;
using Microsoft.Extensions.Logging;

namespace Awoc.Engine.Supervision;

public sealed partial class AttemptDriver
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "task {Id} could not be started")]
    private partial void LogStartFailed(Exception broken, TaskId id);

    [LoggerMessage(Level = LogLevel.Error, Message = "attempt {Attempt} of task {Id} could not be followed; it is tried again")]
    private partial void LogFollowFailed(Exception broken, TaskId id, int attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Why}: it is followed there")]
    private partial void LogFenced(string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "task {Id}: the disk is full: {On}")]
    private partial void LogDiskFull(TaskId id, bool on);

    [LoggerMessage(Level = LogLevel.Warning, Message = "task {Id}: {Step}, which could not be stored: {Why}")]
    private partial void LogStepUnwritten(TaskId id, string step, string why);
}
