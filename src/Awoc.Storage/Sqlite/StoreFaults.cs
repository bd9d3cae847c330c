using Awoc.Core.Store;
using Microsoft.Data.Sqlite;

namespace Awoc.Storage.Sqlite;

/// <summary>Says in a person's words what SQLite's result codes mean for this file.</summary>
internal static class StoreFaults
{
    private const int Error = 1;
    private const int Permission = 3;
    private const int Busy = 5;
    private const int Locked = 6;
    private const int NoMemory = 7;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    /// <summary>The index of the log (<c>-shm</c>) could not be made larger: a full disk by another name.</summary>
    private const int NoRoomForIndex = InputOutput | (19 << 8);

    public static StoreException Explain(SqliteException fault, string path) => new(
        (fault.SqliteExtendedErrorCode == NoRoomForIndex ? Full : fault.SqliteErrorCode) switch
        {
            Full => $"no room left for {path}. Free some space on its disk; the store goes on by itself.",
            NotADatabase => $"{path} is not an AWOC store. Move it away, or set AWOC_HOME to another directory.",
            Corrupt => $"{path} is damaged ({fault.Message}). Stop the daemon, then restore a copy or try `sqlite3 {path} .recover`.",
            Permission or ReadOnly or CannotOpen =>
                $"{path} cannot be opened for writing. Check who owns the file and its directory, or set AWOC_HOME to another directory.",
            Busy or Locked => $"{path} is locked by another program. End that program, then try again.",
            InputOutput => $"the disk of {path} fails ({fault.Message}). Check it with `dmesg` and `df`.",
            NoMemory => $"no memory left to work on {path}. Free some, then try again.",
            Error or _ => $"{path}: {fault.Message}. This is a fault in awoc: please report it.",
        },
        fault);

    /// <summary>Everything that the creation of the file itself may run into.</summary>
    public static StoreException Explain(Exception fault, string path) => fault switch
    {
        SqliteException sqlite => Explain(sqlite, path),
        _ => new StoreException(
            $"{path} cannot be created: {fault.Message} Check its directory, or set AWOC_HOME to another one.", fault),
    };

    /// <summary>The request itself cannot be stored, whatever the state of the disk: a broken constraint or statement.</summary>
    public static bool IsOfRequest(SqliteException fault) =>
        fault.SqliteErrorCode is not (Permission or Busy or Locked or NoMemory or ReadOnly or InputOutput or Corrupt or Full
            or CannotOpen or NotADatabase);
}
