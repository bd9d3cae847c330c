using System.Text.Json;
using System.Threading.Channels;
using Awoc.AgentHost.Loop;

namespace Awoc.AgentHost.Protocol;

/// <summary>
/// Standard input after the configuration: turns, each taken up when the one before has ended, and the word to stop. The end
/// of input ends no turn, for the work may go on without its owner: it only says that no more will come.
/// </summary>
internal sealed class Inbox(TextReader input, CancellationTokenSource stop) : IDisposable
{
    private readonly Lock _gate = new();

    /// <summary>Not yet ended, the one under way first.</summary>
    private readonly Queue<Turn> _open = new();

    private readonly Channel<Turn> _turns = Channel.CreateUnbounded<Turn>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    /// <summary>The first turn. Later ones are read on a thread of their own from here on.</summary>
    public Turn Open(string prompt)
    {
        var first = new Turn(prompt);
        _open.Enqueue(first);
        _ = Task.Run(ReadAsync);
        return first;
    }

    /// <summary>The next turn; null when no more will come, or the word to stop came.</summary>
    public async Task<Turn?> NextAsync()
    {
        try
        {
            return await _turns.Reader.WaitToReadAsync(stop.Token) && _turns.Reader.TryRead(out var turn) ? turn : null;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>The oldest turn has ended: an interrupt is for the next one from here on.</summary>
    public void Ended(Turn turn)
    {
        lock (_gate)
        {
            _open.Dequeue();
            turn.Dispose();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            while (_open.TryDequeue(out var turn)) turn.Dispose();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await input.ReadLineAsync() is { } line) await ObeyAsync(line);
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // Standard input is gone, and with it whoever could have said more.
        }
        finally
        {
            _turns.Writer.TryComplete();
        }
    }

    private async Task ObeyAsync(string line)
    {
        switch (Parse(line))
        {
            // {"type":"message","text":"…"}
            case { Type: "message", Text: { Length: > 0 } text }:
                Take(new Turn(text));
                break;
            // {"type":"report","id":"awoc-report","text":"…"}
            case { Type: "report", Text: { Length: > 0 } text }:
                Take(new Turn(text, isReport: true));
                break;
            case { Type: "interrupt_turn" }:
                lock (_gate)
                {
                    if (_open.TryPeek(out var turn)) turn.Interrupt();
                }

                break;
            case { Type: "interrupt" }:
                await stop.CancelAsync();
                break;
                // Anything else is passed over, for the sake of newer daemons.
        }
    }

    private void Take(Turn turn)
    {
        lock (_gate) _open.Enqueue(turn);
        _turns.Writer.TryWrite(turn);
    }

    private static ControlLine? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, ProtocolJson.Default.ControlLine);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
