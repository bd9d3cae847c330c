using Awoc.Client;
using Awoc.Client.Wire;
using Awoc.Core.Store;
using Awoc.Storage.Sqlite;
using Awoc.StoreBench;

namespace Awoc.Compare;

/// <summary>One home with its daemon, and so many ended tasks in its store.</summary>
internal sealed class AwocSide : IAsyncDisposable
{
    private readonly Scratch _scratch;

    private AwocSide(Scratch scratch, string home)
    {
        _scratch = scratch;
        Home = home;
        Variables = scratch.Variables(home);
        Client = new AwocClient(new AwocHome(home));
    }

    public string Home { get; }

    public AwocClient Client { get; }

    public Dictionary<string, string> Variables { get; }

    /// <param name="pool">Agents kept warm: none, where a start itself is measured.</param>
    public static async Task<AwocSide> StartAsync(Scratch scratch, string name, int stored, int pool = 0)
    {
        var home = scratch.In(name);
        await PrefillAsync(home, stored);
        await File.WriteAllTextAsync(Path.Combine(home, "config.yaml"), $"concurrency: {Options.Slots}\npool:\n  size: {pool}\n");
        var side = new AwocSide(scratch, home);
        side.Cli("daemon", "start");
        return side;
    }

    /// <summary>Puts tasks that were launched, worked and ended into a store whose daemon does not run.</summary>
    public static async Task PrefillAsync(string home, int count)
    {
        const int Together = 256;
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(home, OwnerOnly);
        var background = Directory.CreateDirectory(Path.Combine(home, "background"), OwnerOnly);
        await using var store = await SqliteTaskStore.OpenAsync(Path.Combine(background.FullName, "awoc.db"), TimeProvider.System, CancellationToken.None);
        for (var done = 0; done < count; done += Together)
            await Task.WhenAll(Enumerable.Range(0, Math.Min(Together, count - done)).Select(_ => LifeAsync(store)));
    }

    public TimeSpan Cli(params string[] arguments) => Machine.Time(Variables, _scratch.Work, Tools.Awoc, arguments);

    public Task<LaunchReply> LaunchAsync(string command = "true") => Client.LaunchAsync(
        new LaunchRequest { Task = command, Agent = "command", Cwd = _scratch.Work, Environment = Variables });

    /// <summary>Returns when nothing is queued or running.</summary>
    public async Task SettleAsync()
    {
        while (await Client.HealthAsync() is { } health && health.Running + health.Queued > 0) await Task.Delay(5);
    }

    /// <summary>Its files stay until the end: ext4 is slow to make new ones where many were deleted minutes before.</summary>
    public ValueTask DisposeAsync()
    {
        Client.Dispose();
        Cli("daemon", "stop", "--cancel");
        return ValueTask.CompletedTask;
    }

    private static async Task LifeAsync(SqliteTaskStore store)
    {
        var launch = Samples.Launch();
        await store.LaunchAsync([launch], null, null, CancellationToken.None);
        var dispatch = Samples.Dispatch(launch.Next);
        await store.CommitAsync(new TaskCommit(launch.Next.Version, null, dispatch, TimeSpan.FromMinutes(1)), CancellationToken.None);
        await store.CommitAsync(new TaskCommit(dispatch.Next.Version, dispatch.Next.Fence, Samples.Finish(dispatch.Next)), CancellationToken.None);
    }
}
