namespace Awoc.Shim.Native;

/// <summary>Error numbers.</summary>
internal static class Errno
{
    internal const int NoEntry = 2, Interrupted = 4, NoExecutable = 8, Again = 11, Access = 13, Exists = 17, NotDirectory = 20,
        NoSpace = 28, BrokenPipe = 32, NoChild = 10, InProgress = 115;
}

/// <summary>Signal numbers.</summary>
internal static class Signals
{
    internal const int Hup = 1, Int = 2, Kill = 9, Pipe = 13, Term = 15, Child = 17;
}

/// <summary>Flags of open(2) that have the same value on x64 and arm64.</summary>
internal static class Open
{
    internal const int Read = 0, Write = 1, ReadWrite = 2, Create = 0x40, Exclusive = 0x80, Truncate = 0x200, Append = 0x400, NonBlocking = 0x800,
        CloseOnExec = 0x80000, PathOnly = 0x200000;
}

/// <summary>What poll(2) asks and answers.</summary>
internal static class Ready
{
    internal const short In = 1, Out = 4, Error = 8, HangUp = 16, ReadHangUp = 0x2000;
}
