using Awoc.Engine.Shims;
using Awoc.TestKit;

namespace Awoc.Shim.Tests;

public sealed class DaemonTests(PublishedShim shim)
{
    [Fact]
    public async Task Supervise_NoDaemonForTwoSeconds_StartsOneUnlessItWasStopped()
    {
        await using var stopped = new Attempt(shim).Script("exec sleep 1000");
        await using var missed = new Attempt(shim).Script("exec sleep 1000");
        foreach (var attempt in new[] { stopped, missed })
        {
            // Stands for the daemon: it must outlive the shim and what the shim ends with its agent.
            attempt.With(spec => spec with
            {
                Daemon = new ShimDaemon(
                    ["/bin/sh", "-c", "echo $$ > \"$0.tmp\"; mv \"$0.tmp\" \"$0\"; sleep 1000", attempt.File("daemon.pid")],
                    attempt.File("stopped"), attempt.File("daemon.sock"), new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" }),
            });
        }

        await File.WriteAllTextAsync(stopped.File("stopped"), "");
        foreach (var attempt in new[] { stopped, missed })
        {
            attempt.Start();
            await (await attempt.OwnAsync(5)).DisposeAsync();
        }

        await Until.TrueAsync(() => File.Exists(missed.File("daemon.pid")), "a daemon");
        var daemon = int.Parse(await File.ReadAllTextAsync(missed.File("daemon.pid")));
        try
        {
            Assert.False(File.Exists(stopped.File("daemon.pid")), "it was stopped on purpose");
            await (await missed.OwnAsync(6)).EndAsync(EndCause.Cancel);
            var exit = await missed.EndAsync();

            Assert.True(Processes.IsAlive(daemon), "the daemon is not the agent's");
            Assert.Equal(0, exit.Survivors);
        }
        finally
        {
            Attempt.Signal(-daemon, 9);
        }
    }
}
