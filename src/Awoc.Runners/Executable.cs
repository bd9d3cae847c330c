namespace Awoc.Runners;

/// <summary>Where a program is, or why it cannot be started.</summary>
/// <param name="Path">Absolute path; null when there is none that can be started.</param>
/// <param name="Fault">Why not, in words for a person; null when found.</param>
internal sealed record Executable(string? Path, string? Fault)
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <param name="name">A bare name, looked up in <paramref name="searchPath"/>, or an absolute path.</param>
    /// <param name="searchPath">The caller's PATH. Relative entries are passed over: the daemon's directory is not the caller's.</param>
    public static Executable Find(string name, string? searchPath)
    {
        if (name.Contains('/', StringComparison.Ordinal))
        {
            if (!System.IO.Path.IsPathFullyQualified(name)) return new(null, $"{name} is no absolute path");
            return FaultOf(name) is { } fault ? new(null, $"{name} {fault}") : new(name, null);
        }

        string? near = null;
        foreach (var directory in (searchPath ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!System.IO.Path.IsPathFullyQualified(directory)) continue;
            var candidate = System.IO.Path.Combine(directory, name);
            var fault = FaultOf(candidate);
            if (fault is null) return new(candidate, null);
            if (File.Exists(candidate)) near ??= $"{candidate} {fault}";
        }

        return new(null, near ?? $"{name} is not on the PATH");
    }

    private static string? FaultOf(string path)
    {
        if (Directory.Exists(path)) return "is a directory";
        if (!File.Exists(path)) return "does not exist";
        return OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & AnyExecute) != 0 ? null : "is not executable: chmod +x it";
    }
}
