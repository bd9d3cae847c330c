using System.Net.Sockets;
using System.Text.Json.Nodes;
using Awoc.Core.Agents;
using Awoc.Engine.Shims;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Tests;

public sealed class AgentConversationTests : IDisposable
{
    private static readonly DateTimeOffset s_begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly AgentEvent.End s_end = new() { Kind = "error", IsError = true };
    private readonly string _folder = Directory.CreateTempSubdirectory("awoc-talk-").FullName;
    private readonly AgentConversation _conversation = new(new PlainVoice());

    public void Dispose()
    {
        _conversation.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Hear_End_EndsTheTurnThatTheLaunchBegan()
    {
        Assert.True(_conversation.TurnUnderWay);
        _conversation.Hear(s_end, At(1));
        Assert.False(_conversation.TurnUnderWay);
        Assert.Equal(1, _conversation.Ends);
        Assert.False(_conversation.ReportOver);
    }

    [Fact]
    public void Hear_LogReadAgain_GivesEachTurnItsEnd()
    {
        _conversation.Recall([Line(1, 2, PlainVoice.Stop), Line(2, 4, $"think 0 \"{IAgentVoice.ReportMark}\""), Line(3, 5, "say report")]);
        Assert.True(_conversation.ReportSaid);
        _conversation.Hear(new AgentEvent.Text("work"), At(1));
        Assert.False(_conversation.InReport);
        _conversation.Hear(s_end, At(3));
        Assert.False(_conversation.InReport);
        Assert.False(_conversation.ReportOver);

        // The report was asked for, so a turn is under way although nothing of it was heard yet.
        Assert.True(_conversation.TurnUnderWay);
        Assert.False(_conversation.Interrupted);
        _conversation.Hear(new AgentEvent.Text("# Report"), At(6));
        Assert.True(_conversation.InReport);
        _conversation.Hear(s_end, At(7));
        Assert.True(_conversation.ReportOver);
        Assert.False(_conversation.TurnUnderWay);
    }

    [Fact]
    public void Recall_Again_AddsOnlyWhatIsNew()
    {
        _conversation.Recall([Line(1, 2, "say more")]);
        _conversation.Hear(s_end, At(1));
        _conversation.Hear(s_end, At(3));
        Assert.False(_conversation.TurnUnderWay);
        _conversation.Recall([Line(1, 2, "say more"), Line(null, 4, "ladder")]);
        Assert.False(_conversation.TurnUnderWay);
        _conversation.Recall([Line(1, 2, "say more"), Line(2, 4, "say even more")]);
        Assert.True(_conversation.TurnUnderWay);
    }

    [Fact]
    public void Read_LastLineCutOff_IsLeftOut()
    {
        File.WriteAllText(Path.Combine(_folder, ShimFiles.In), """
            {"n":1,"us":5,"line":"one"}
            {"n":null,"us":6,"line":"ladder"}
            {"n":2,"us":7,"li
            """);
        Assert.Equal([new SaidLine(1, 5, "one"), new SaidLine(null, 6, "ladder")], SaidLine.Read(_folder));
        Assert.Empty(SaidLine.Read(Path.Combine(_folder, "nowhere")));
    }

    [Fact]
    public async Task ReportAsync_HalfSaidByADaemonThatDied_SaysTheRestWithTheNextNumber()
    {
        await using var shim = new ListeningShim(_folder);
        await using var connection = await shim.ConnectAsync();
        _conversation.Recall([Line(1, 1, $"think 0 \"{IAgentVoice.ReportMark}\"")]);
        _conversation.Hear(s_end, At(0));
        Assert.False(_conversation.ReportSaid);
        _conversation.Attach(connection, 1);
        await _conversation.ReportAsync("report", default);
        Assert.Equal((2, "say report"), await shim.NextAsync());
        Assert.True(_conversation.ReportSaid);
        Assert.True(_conversation.TurnUnderWay);

        // Said in whole, it is not said again; nor is a number taken twice.
        await _conversation.ReportAsync("report", default);
        await _conversation.InterruptAsync(default);
        await _conversation.InterruptAsync(default);
        await _conversation.SayAsync("more", default);
        Assert.Equal((3, PlainVoice.Stop), await shim.NextAsync());
        Assert.Equal((4, "say more"), await shim.NextAsync());
    }

    [Fact]
    public async Task SayAsync_ShimGone_ThrowsAndCountsNothing()
    {
        Assert.False(_conversation.CanSpeak);
        _conversation.Hear(s_end, At(0));
        await Assert.ThrowsAsync<IOException>(() => _conversation.SayAsync("hello", default));
        Assert.False(_conversation.TurnUnderWay);
    }

    [Fact]
    public async Task CanSpeak_InputClosed_IsFalse()
    {
        await using var shim = new ListeningShim(_folder);
        await using var connection = await shim.ConnectAsync();
        _conversation.Attach(connection, 0);
        Assert.True(_conversation.CanSpeak);
        _conversation.NoteClosed();
        Assert.False(_conversation.CanSpeak);
    }

    private static DateTimeOffset At(int second) => s_begin.AddSeconds(second);

    private static SaidLine Line(long? n, int second, string line) => new(n, (long)(At(second) - DateTimeOffset.UnixEpoch).TotalMicroseconds, line);

    private sealed class PlainVoice : IAgentVoice
    {
        public const string Stop = "stop";

        public string Interrupt => Stop;

        public IReadOnlyList<string> Say(string message) => [$"say {message}"];

        public IReadOnlyList<string> Report(string message) => [$"think 0 \"{IAgentVoice.ReportMark}\"", $"say {message}"];

        public bool BeginsTurn(string line) => line.StartsWith("say ", StringComparison.Ordinal);

        public string Answer(AgentEvent.Question question, bool allow, string? message) => throw new NotSupportedException();
    }

    /// <summary>The daemon's end of the socket is the real one; here is the other.</summary>
    private sealed class ListeningShim : IAsyncDisposable
    {
        private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        private readonly string _path;
        private StreamReader? _lines;

        public ListeningShim(string folder)
        {
            _path = Path.Combine(folder, "s");
            _listener.Bind(new UnixDomainSocketEndPoint(_path));
            _listener.Listen();
        }

        public async Task<ShimConnection> ConnectAsync()
        {
            var accepted = _listener.AcceptAsync();
            var connection = await ShimConnection.ConnectAsync(_path, TimeSpan.FromSeconds(5), TimeProvider.System);
            _lines = new StreamReader(new NetworkStream(await accepted, ownsSocket: true));
            return connection;
        }

        public async Task<(long N, string Line)> NextAsync()
        {
            var line = await _lines!.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(5));
            var json = JsonNode.Parse(line!)!;
            Assert.Equal("in", (string?)json["t"]);
            return ((long)json["n"]!, (string)json["line"]!);
        }

        public ValueTask DisposeAsync()
        {
            _lines?.Dispose();
            _listener.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
