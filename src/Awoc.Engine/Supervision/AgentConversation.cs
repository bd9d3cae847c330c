using Awoc.Core.Agents;
using Awoc.Engine.Shims;

namespace Awoc.Engine.Supervision;

/// <summary>
/// What is said to one attempt's agent, and which of its turns is under way. Nothing is said twice: what an earlier daemon
/// said stands in the attempt's <c>in.jsonl</c>, and each turn that began there is matched with the lines of the agent's
/// stream by their times, so that a log read again tells the same story as the log read live.
/// <para>
/// The order is: <see cref="Recall"/>, then everything the agent said through <see cref="Hear"/>; <see cref="Attach"/> as soon as its shim
/// is owned. Reading may go on while something is said.
/// </para>
/// </summary>
public sealed class AgentConversation(IAgentVoice? voice) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _saying = new(1, 1);
    private readonly Queue<Mark> _recalled = [];
    private readonly List<string> _reportSaid = [];
    private readonly List<AgentEvent.Question> _questions = [];
    private readonly HashSet<string> _answered = new(StringComparer.Ordinal);
    private ShimConnection? _connection;
    private long _lastNumber;
    private bool _closed;
    private bool _underWay = true;
    private bool _interrupted;
    private int _ends;

    /// <summary>The agent can be spoken to: it has a voice, its shim is connected, and its standard input is open.</summary>
    public bool CanSpeak
    {
        get
        {
            lock (_gate) return voice is not null && _connection is not null && !_closed;
        }
    }

    /// <summary>Nothing more can be said.</summary>
    public bool Closed
    {
        get
        {
            lock (_gate) return _closed;
        }
    }

    /// <summary>The agent works: the launch or a message began a turn whose end has not come.</summary>
    public bool TurnUnderWay
    {
        get
        {
            lock (_gate) return _underWay || _recalled.Any(mark => mark.Kind != MarkKind.Interrupt);
        }
    }

    /// <summary>Turns that have ended.</summary>
    public int Ends
    {
        get
        {
            lock (_gate) return _ends;
        }
    }

    /// <summary>The turn under way was told to stop.</summary>
    public bool Interrupted
    {
        get
        {
            lock (_gate) return _recalled.Aggregate(_interrupted, static (_, mark) => mark.Kind == MarkKind.Interrupt);
        }
    }

    /// <summary>The agent was asked for its report, the whole message.</summary>
    public bool ReportSaid
    {
        get
        {
            lock (_gate) return field;
        }
        private set;
    }

    /// <summary>Messages that were said in full, the launch's and the report apart.</summary>
    public int MessagesSaid
    {
        get
        {
            lock (_gate) return field;
        }
        private set;
    }

    /// <summary>What is heard now belongs to the report turn.</summary>
    public bool InReport
    {
        get
        {
            lock (_gate) return field;
        }
        private set;
    }

    /// <summary>What the agent asks for and waits for an answer to, the oldest; null for nothing.</summary>
    public AgentEvent.Question? Question
    {
        get
        {
            lock (_gate) return _questions.Find(q => !_answered.Contains(q.Id));
        }
    }

    /// <summary>The report turn has ended.</summary>
    public bool ReportOver
    {
        get
        {
            lock (_gate) return field;
        }
        private set;
    }

    /// <summary>
    /// Takes in what was said before. Called before the log is read from its beginning; a second call, when the shim is
    /// owned, adds what its former owner said last.
    /// </summary>
    public void Recall(IReadOnlyList<SaidLine> said)
    {
        if (voice is null) return;
        lock (_gate)
        {
            foreach (var line in said.Where(line => line.N > _lastNumber))
            {
                _lastNumber = line.N!.Value;
                NoteSaid(line.Line);
                if (line.Line == voice.Interrupt) _recalled.Enqueue(new Mark(line.At, MarkKind.Interrupt));
                else if (voice.BeginsTurn(line.Line)) _recalled.Enqueue(new Mark(line.At, ReportSaid ? MarkKind.Report : MarkKind.Turn));
            }
        }
    }

    /// <param name="inSeq">The highest number the shim has had, from its hello.</param>
    public void Attach(ShimConnection connection, long inSeq)
    {
        lock (_gate)
        {
            _connection = connection;
            _closed = false;
            _lastNumber = Math.Max(_lastNumber, inSeq);
        }
    }

    /// <summary>The connection is gone; what is said from here on throws <see cref="IOException"/>.</summary>
    public void Detach()
    {
        lock (_gate) _connection = null;
    }

    /// <summary>The shim says that a line had no way to the agent any more.</summary>
    public void NoteClosed()
    {
        lock (_gate) _closed = true;
    }

    /// <param name="at">When its line arrived.</param>
    public void Hear(AgentEvent e, DateTimeOffset at)
    {
        lock (_gate)
        {
            while (_recalled.TryPeek(out var mark) && mark.At <= at)
            {
                _recalled.Dequeue();
                if (mark.Kind == MarkKind.Interrupt) _interrupted = true;
                else BeginTurn(mark.Kind == MarkKind.Report);
            }

            if (e is AgentEvent.Question question) _questions.Add(question);
            if (e is not AgentEvent.End) return;
            // Nobody waits for an answer any more, whatever became of the call.
            _questions.Clear();
            _ends++;
            _underWay = false;
            if (InReport) ReportOver = true;
        }
    }

    /// <summary>A message, which begins a turn when none is under way.</summary>
    /// <exception cref="IOException">The shim is gone: what of it was said is in the attempt's directory.</exception>
    public Task SayAsync(string message, CancellationToken cancellation) => SpeakAsync(voice => voice.Say(message), cancellation);

    /// <summary>Asks for the report; said in part by an earlier daemon, only the rest is said.</summary>
    /// <inheritdoc cref="SayAsync" path="/exception"/>
    public Task ReportAsync(string message, CancellationToken cancellation) => SpeakAsync(
        voice =>
        {
            var lines = voice.Report(message);
            lock (_gate) return ReportSaid ? [] : [.. lines.Skip(_reportSaid.Count)];
        },
        cancellation);

    /// <summary>Ends the turn under way, if it was not told so before.</summary>
    /// <inheritdoc cref="SayAsync" path="/exception"/>
    public Task InterruptAsync(CancellationToken cancellation) =>
        SpeakAsync(voice => Interrupted || !TurnUnderWay ? [] : [voice.Interrupt], cancellation);

    /// <summary>Answers a question of the agent, if it was not answered before.</summary>
    /// <inheritdoc cref="SayAsync" path="/exception"/>
    public Task AnswerAsync(AgentEvent.Question question, bool allow, string? message, CancellationToken cancellation) =>
        SpeakAsync(
            voice =>
            {
                lock (_gate) return _answered.Contains(question.Id) ? [] : [voice.Answer(question, allow, message)];
            },
            cancellation);

    /// <summary>Nothing more will be said: the agent ends when its turn is over. Idempotent.</summary>
    /// <inheritdoc cref="SayAsync" path="/exception"/>
    public async Task CloseAsync(CancellationToken cancellation)
    {
        await _saying.WaitAsync(cancellation);
        try
        {
            await Connection().EofAsync(cancellation);
            NoteClosed();
        }
        finally
        {
            _saying.Release();
        }
    }

    public void Dispose() => _saying.Dispose();

    private async Task SpeakAsync(Func<IAgentVoice, IReadOnlyList<string>> lines, CancellationToken cancellation)
    {
        if (voice is null) throw new InvalidOperationException("this agent takes nothing on its standard input");
        await _saying.WaitAsync(cancellation);
        try
        {
            foreach (var line in lines(voice))
            {
                var connection = Connection();
                var number = _lastNumber + 1;
                await connection.SendLineAsync(number, line, cancellation);
                lock (_gate)
                {
                    _lastNumber = number;
                    NoteSaid(line);
                    if (line == voice.Interrupt) _interrupted = true;
                    else if (voice.BeginsTurn(line)) BeginTurn(ReportSaid);
                }
            }
        }
        finally
        {
            _saying.Release();
        }
    }

    private ShimConnection Connection()
    {
        lock (_gate) return _connection ?? throw new IOException("the attempt's shim is not connected");
    }

    private void NoteSaid(string line)
    {
        if (voice!.Answered(line) is { } question) _answered.Add(question);

        // A report may be several lines, the marked one first and the one that begins the turn last.
        var ofReport = _reportSaid.Count > 0 || line.Contains($"\"{IAgentVoice.ReportMark}\"", StringComparison.Ordinal);
        if (!ofReport && voice.BeginsTurn(line)) MessagesSaid++;
        if (!ofReport || ReportSaid) return;
        _reportSaid.Add(line);
        if (voice.BeginsTurn(line)) ReportSaid = true;
    }

    private void BeginTurn(bool isReport)
    {
        _underWay = true;
        _interrupted = false;
        InReport = isReport;
    }

    private enum MarkKind
    {
        Turn,
        Report,
        Interrupt,
    }

    /// <summary>Something said before, until the reading of the log comes to its time.</summary>
    private readonly record struct Mark(DateTimeOffset At, MarkKind Kind);
}
