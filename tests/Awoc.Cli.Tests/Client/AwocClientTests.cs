using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Tests.Client;

public class AwocClientTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);
    private const string A = "1763876543-aaaaaaaaaaaa";
    private const string B = "1763876543-bbbbbbbbbbbb";

    [Fact]
    public async Task HealthAsync_PathLongerThanASocketAddress_Connects()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        var far = Directory.CreateDirectory(Path.Combine(test.Directory, new string('x', 120))).FullName;
        Directory.CreateSymbolicLink(Path.Combine(far, "home"), test.Home.Path);
        using var client = new AwocClient(new AwocHome(Path.Combine(far, "home")));

        Assert.Equal(Environment.ProcessId, (await client.HealthAsync()).Pid);
    }

    [Fact]
    public async Task FindAsync_NobodyServes_IsNull()
    {
        using var test = new TestHome();
        using var client = new AwocClient(test.Home);

        Assert.Null(await client.FindAsync());
    }

    [Fact]
    public async Task FindAsync_SocketOfADeadDaemon_IsNull()
    {
        using var test = new TestHome();
        test.Home.Prepare();
        // The base library removes a socket by the name it was bound to: under another one it stays behind, as after kill -9.
        var bound = Path.Combine(test.Directory, "s");
        using (var dead = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0))
        {
            dead.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(bound));
            File.Move(bound, test.Home.Socket);
        }

        Assert.True(File.Exists(test.Home.Socket));
        using var client = new AwocClient(test.Home);

        Assert.Null(await client.FindAsync());
    }

    [Fact]
    public async Task LaunchAsync_AnswerCutOff_SendsAgainAndLaunchesOnce()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        daemon.CutNextLaunch = true;
        using var client = new AwocClient(test.Home);

        var reply = await client.LaunchAsync(new LaunchRequest { Task = "research", Cwd = "/" });

        Assert.Equal(2, daemon.Launches.Count);
        Assert.Equal(reply.Task.Id, Assert.Single(daemon.Tasks).Key);
    }

    [Fact]
    public async Task RunWorkflowAsync_AnswerCutOff_SendsAgainUnderTheSameKey()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        daemon.CutNextLaunch = true;
        using var client = new AwocClient(test.Home);

        await client.RunWorkflowAsync(new WorkflowRequest { Text = "", File = "w.yaml", Cwd = "/", Fresh = true });
        await client.RunWorkflowAsync(new WorkflowRequest { Text = "", File = "w.yaml", Cwd = "/", Fresh = true });

        var keys = daemon.RunKeys.ToList();
        Assert.Equal((3, 2), (keys.Count, keys.Distinct().Count()));
        Assert.Equal(keys[0], keys[1]);
        Assert.NotEqual("", keys[0]);
    }

    [Fact]
    public async Task LaunchAsync_Refused_CarriesTheProblem()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        daemon.Refusal = new Problem { Type = "invalid", Title = "no", Status = 400, Faults = [new("--tokens", "0", "a whole number from 1")] };
        using var client = new AwocClient(test.Home);

        var e = await Assert.ThrowsAsync<AwocException>(() => client.LaunchAsync(new LaunchRequest { Task = "x", Cwd = "/" }));

        Assert.Equal("--tokens", Assert.Single(e.Problem.Faults).Field);
        Assert.Equal(ExitCodes.Usage, e.ExitCode);
    }

    [Fact]
    public async Task EventsAsync_StreamCut_GoesOnAfterTheLastEvent()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        daemon.Add(A);
        using var client = new AwocClient(test.Home);
        using var limit = new CancellationTokenSource(s_limit);
        await using var events = client.EventsAsync(token: limit.Token).GetAsyncEnumerator(limit.Token);

        var next = events.MoveNextAsync();
        Assert.Null(await daemon.Subscriptions.Reader.ReadAsync(limit.Token));
        daemon.Emit(A, "queued");
        Assert.True(await next);
        Assert.Equal(1, events.Current.Seq);

        daemon.CutStreams();
        daemon.Emit(A, "attempt_started");
        Assert.True(await events.MoveNextAsync());

        Assert.Equal("attempt_started", events.Current.Kind);
        Assert.Equal(1, await daemon.Subscriptions.Reader.ReadAsync(limit.Token));
    }

    [Fact]
    public async Task EventsAsync_StreamCutBeforeItsFirstEvent_MissesNoneInBetween()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        daemon.Add(A);
        daemon.Emit(A, "long_ago");
        using var client = new AwocClient(test.Home);
        using var limit = new CancellationTokenSource(s_limit);
        await using var events = client.EventsAsync(token: limit.Token).GetAsyncEnumerator(limit.Token);
        var next = events.MoveNextAsync();
        Assert.Null(await daemon.Subscriptions.Reader.ReadAsync(limit.Token));

        daemon.CutStreams(meanwhile: () => daemon.Emit(A, "queued"));

        Assert.Equal(1, await daemon.Subscriptions.Reader.ReadAsync(limit.Token));
        Assert.True(await next);
        Assert.Equal((2, "queued"), (events.Current.Seq, events.Current.Kind));
    }

    [Fact]
    public async Task WaitAsync_SeveralTasks_YieldsEachOnceAsItEnds()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        daemon.Add(A);
        daemon.Add(B);
        using var client = new AwocClient(test.Home);
        using var limit = new CancellationTokenSource(s_limit);
        await using var ends = client.WaitAsync(["aaaa", B, A], token: limit.Token).GetAsyncEnumerator(limit.Token);

        var first = ends.MoveNextAsync();
        await daemon.Subscriptions.Reader.ReadAsync(limit.Token);
        daemon.End(B, "failed");
        Assert.True(await first);
        Assert.Equal((B, "failed"), (ends.Current.Id, ends.Current.Outcome));
        daemon.End(A, "succeeded");
        Assert.True(await ends.MoveNextAsync());
        Assert.Equal(A, ends.Current.Id);
        Assert.False(await ends.MoveNextAsync());
    }

    [Fact]
    public async Task WaitAsync_EndsBetweenSubscribingAndLooking_IsSeen()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        daemon.Add(A);
        daemon.OnLook = id =>
        {
            daemon.OnLook = null;
            daemon.End(A, "succeeded");
        };
        using var client = new AwocClient(test.Home);
        using var limit = new CancellationTokenSource(s_limit);

        Assert.Equal("succeeded", (await client.WaitAsync([A], token: limit.Token).SingleAsync(limit.Token)).Outcome);
    }

    [Fact]
    public async Task WaitAsync_EndsWhileTheDaemonIsAway_IsSeen()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        daemon.Add(A);
        daemon.Add(B);
        using var client = new AwocClient(test.Home);
        using var limit = new CancellationTokenSource(s_limit);
        var all = client.WaitAsync([A, B], token: limit.Token).Select(t => t.Id).ToListAsync(limit.Token);
        await daemon.Subscriptions.Reader.ReadAsync(limit.Token);

        daemon.CutStreams();
        daemon.End(A, "succeeded");
        daemon.End(B, "succeeded");

        Assert.Equal(2, (await all).Count);
    }

    [Fact]
    public async Task WaitAsync_OneReferenceUnknown_FailsBeforeWaiting()
    {
        using var test = new TestHome();
        await using var daemon = await FakeDaemon.StartAsync(test.Home);
        daemon.Add(A);
        using var client = new AwocClient(test.Home);
        using var limit = new CancellationTokenSource(s_limit);

        var e = await Assert.ThrowsAsync<AwocException>(async () => await client.WaitAsync([A, "zzzz"], token: limit.Token).ToListAsync(limit.Token));

        Assert.Equal(ProblemTypes.NotFound, e.Problem.Type);
    }
}
