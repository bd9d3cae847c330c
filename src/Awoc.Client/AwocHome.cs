using System.Runtime.InteropServices;
using Awoc.Client.Native;

namespace Awoc.Client;

/// <summary>
/// The directory that everything of one user's AWOC lies in: <c>AWOC_HOME</c>, or <c>~/.awoc</c>. One daemon serves one home.
/// </summary>
public sealed record AwocHome
{
    /// <summary>The variable that names another home.</summary>
    public const string Variable = "AWOC_HOME";

    /// <summary>What is said elsewhere.</summary>
    public const string NotLinux = "AWOC runs on Linux, and on Windows under WSL 2: its supervision rests on Linux process control.";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>A home at a given place.</summary>
    /// <param name="path">Made absolute.</param>
    public AwocHome(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
    }

    /// <summary>Absolute, without a slash at its end.</summary>
    public string Path { get; }

    /// <summary>Where the socket and the locks lie.</summary>
    public string RunDirectory => System.IO.Path.Combine(Path, "run");

    /// <summary>The daemon's socket.</summary>
    public string Socket => System.IO.Path.Combine(RunDirectory, "awoc.sock");

    /// <summary>The daemon's log.</summary>
    public string LogFile => System.IO.Path.Combine(Path, "background", "awocd.log");

    /// <summary>The user's settings.</summary>
    public string SettingsFile => System.IO.Path.Combine(Path, "config.yaml");

    /// <summary>The home the environment names.</summary>
    /// <exception cref="AwocException">Neither <c>AWOC_HOME</c> nor <c>HOME</c> names a place.</exception>
    public static AwocHome Resolve()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named) return new AwocHome(named);
        if (Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } user) return new AwocHome(System.IO.Path.Combine(user, ".awoc"));
        throw AwocException.Unavailable("There is no home: HOME is not set. Set HOME, or AWOC_HOME to the directory that AWOC may keep its things in.");
    }

    /// <summary>Makes the home and its run directory where they are missing, for their owner only (0700).</summary>
    /// <exception cref="AwocException">It cannot be made, is no directory, is read-only, or belongs to somebody else.</exception>
    public void Prepare()
    {
        if (!OperatingSystem.IsLinux()) throw AwocException.Unavailable(NotLinux);
        if (Fault() is { } fault) throw AwocException.Unavailable(fault);
        try
        {
            Directory.CreateDirectory(Path, OwnerOnly);
            Directory.CreateDirectory(RunDirectory, OwnerOnly);
            // An empty file says what a mode does not: a read-only mount, a full disk, another owner.
            using var file = Libc.Open(LockFile, Libc.O_LOCK_FILE, Libc.OwnerOnly);
            if (file.IsInvalid) throw new IOException($"{LockFile}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AwocException.Unavailable($"{Path} cannot be written to. Make it writable, or set {Variable} to a directory that is.", e.Message, e);
        }
    }

    /// <summary>What stands in the way of using this home as it is now; null when nothing does. Changes nothing.</summary>
    public string? Fault()
    {
        if (!OperatingSystem.IsLinux()) return NotLinux;
        foreach (var place in (string[])[Path, RunDirectory])
        {
            if (File.Exists(place)) return $"{place} is a file, not a directory. Move it away, or set {Variable} to another place.";
        }

        if (!Directory.Exists(Path)) return null;
        if (Libc.OwnerOf(Path) is { } owner && owner != Libc.EffectiveUserId())
            return $"{Path} belongs to another user (id {owner}). Set {Variable} to a directory of your own.";
        try
        {
            // The socket lets in whoever may open it, so the home is closed to all but its owner.
            var mode = File.GetUnixFileMode(Path);
            if ((mode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0)
                return $"{Path} can be written to by other users. Close it with: chmod 700 {Path}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{Path} cannot be looked at: {e.Message} Set {Variable} to another place.";
        }

        return null;
    }

    /// <summary>Held while a daemon is being started, so that three launches at once start one.</summary>
    internal string LockFile => System.IO.Path.Combine(RunDirectory, "start.lock");
}
