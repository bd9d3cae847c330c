using System.Diagnostics;

namespace Awoc.Engine.Shims;

/// <summary>Starts shims that outlive this process.</summary>
/// <param name="shimPath">The <c>awoc-shim</c> program.</param>
public sealed class ShimLauncher(string shimPath)
{
    // A shim may have to start the daemon again: that is all its own environment is for. It is readable in /proc, so it is a list of
    // names known to hold no secret, never the daemon's whole environment.
    private static readonly string[] s_inherited =
        ["HOME", "PATH", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SHELL", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "DBUS_SESSION_BUS_ADDRESS", "DOTNET_ROOT", "AWOC_HOME"];

    /// <summary>The program that is started.</summary>
    public string ShimPath { get; } = shimPath;

    /// <summary>The launcher for the shim that lies beside this program, or that <c>AWOC_SHIM</c> names.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public static ShimLauncher Find()
    {
        var path = Environment.GetEnvironmentVariable("AWOC_SHIM") is { Length: > 0 } named ? named : Path.Combine(AppContext.BaseDirectory, "awoc-shim");
        return File.Exists(path)
            ? new ShimLauncher(path)
            : throw new FileNotFoundException($"No shim at {path}: install awoc-shim beside this program, or name it in AWOC_SHIM.", path);
    }

    /// <summary>
    /// Starts the shim of an attempt whose <c>spec.json</c> is durable, and returns its process id at once: what became of it is told by
    /// <see cref="ShimConnection"/> and <see cref="AttemptProbe"/>. A shim that finds a claim ends without touching anything.
    /// </summary>
    public int Launch(string attemptDirectory)
    {
        // Redirected so that the shim never holds our terminal or log; our ends are closed at once, and it takes /dev/null itself.
        var start = new ProcessStartInfo(ShimPath)
        {
            ArgumentList = { "run", attemptDirectory },
            WorkingDirectory = "/",
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var name in s_inherited)
            if (Environment.GetEnvironmentVariable(name) is { } value) start.Environment[name] = value;

        // The runtime reaps it when it ends, whether or not this object still lives.
        using var shim = Process.Start(start) ?? throw new InvalidOperationException($"{ShimPath} did not start.");
        return shim.Id;
    }
}
