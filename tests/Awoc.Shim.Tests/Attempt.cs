using System.Runtime.InteropServices;
using Awoc.Engine.Shims;
using Awoc.TestKit;

namespace Awoc.Shim.Tests;

/// <summary>An attempt in a directory of its own, with a real shim and whatever it runs; disposal leaves no process behind.</summary>
public sealed partial class Attempt : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static int s_number;
    private readonly string _shim;
    private readonly string _root;
    private readonly List<ShimConnection> _connections = [];

    public Attempt(PublishedShim shim, string? root = null)
    {
        _shim = shim.Path;
        _root = root ?? Path.Combine(Path.GetTempPath(), $"awoc-shim-{Environment.ProcessId}");
        Directory = Path.Combine(_root, Interlocked.Increment(ref s_number).ToString());
        System.IO.Directory.CreateDirectory(Directory);
        Spec = new ShimSpec
        {
            Store = "teststore",
            Task = $"{Environment.ProcessId}-{Path.GetFileName(Directory)}",
            Attempt = 1,
            Fence = 5,
            Argv = ["true"],
            Cwd = "/",
            Env = new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin" },
            Socket = Path.Combine(Directory, "s"),
        };
    }

    public string Directory { get; }

    public ShimSpec Spec { get; set; }

    public int ShimPid { get; private set; }

    public string File(string name) => Path.Combine(Directory, name);

    /// <summary>Runs a shell script as the agent.</summary>
    public Attempt Script(string script)
    {
        Spec = Spec with { Argv = ["sh", "-c", script] };
        return this;
    }

    public Attempt With(Func<ShimSpec, ShimSpec> change)
    {
        Spec = change(Spec);
        return this;
    }

    public Attempt Start()
    {
        Spec.Write(Directory);
        ShimPid = new ShimLauncher(_shim).Launch(Directory);
        return this;
    }

    /// <summary>Connects only to look.</summary>
    public async Task<ShimMessage.Hello> LookAsync()
    {
        await using var connection = await ShimConnection.ConnectAsync(Spec.Socket, Patience, TimeProvider.System);
        return await connection.HelloAsync().WaitAsync(Patience) ?? throw new InvalidOperationException("the shim ended");
    }

    public async Task<ShimConnection> ConnectAsync()
    {
        var connection = await ShimConnection.ConnectAsync(Spec.Socket, Patience, TimeProvider.System);
        _connections.Add(connection);
        return connection;
    }

    /// <summary>Connects and owns the attempt.</summary>
    public async Task<ShimConnection> OwnAsync(long fence)
    {
        var connection = await ConnectAsync();
        await connection.HelloAsync().WaitAsync(Patience);
        Assert.Equal(new OwnOutcome.Owned(fence), await connection.OwnAsync(fence).WaitAsync(Patience));
        return connection;
    }

    /// <summary>Waits for the recorded end.</summary>
    public async Task<ShimExit> EndAsync()
    {
        await Until.TrueAsync(() => System.IO.File.Exists(File(ShimFiles.Exit)), $"the end of {Directory}");
        return ShimExit.Read(Directory)!;
    }

    public async Task<ShimExit> RunAsync() => await Start().EndAsync();

    public string Events() => System.IO.File.ReadAllText(File(ShimFiles.Events));

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections) await connection.DisposeAsync();
        await OrphanSweep.KillAsync(Directory, Patience, TimeProvider.System);
        System.IO.Directory.Delete(Directory, recursive: true);
        if (!System.IO.Directory.EnumerateFileSystemEntries(_root).Any()) TryRemove(_root);
    }

    private static void TryRemove(string root)
    {
        try
        {
            System.IO.Directory.Delete(root);
        }
        catch (IOException)
        {
            // Another test has just begun in it.
        }
    }

    public static void Signal(int pid, int signal) => Assert.Equal(0, Kill(pid, signal));

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}

/// <summary>Waits for conditions that nobody signals: files of other processes, and the processes themselves.</summary>
public static class Until
{
    public static Task TrueAsync(Func<bool> condition, string what) => Eventually.TrueAsync(condition, Attempt.Patience, what);

    /// <summary>The first message of a kind.</summary>
    public static async Task<T> MessageAsync<T>(ShimConnection connection, Func<T, bool>? matches = null) where T : ShimMessage
    {
        using var patience = new CancellationTokenSource(Attempt.Patience);
        await foreach (var message in connection.ReadAllAsync(patience.Token))
            if (message is T wanted && (matches is null || matches(wanted))) return wanted;
        throw new InvalidOperationException($"the connection ended without {typeof(T).Name}");
    }
}
