using System.Text;

namespace Awoc.AgentHost.Tools;

/// <summary>The beginning and the end of a text of any length, in bounded memory.</summary>
internal sealed class BoundedOutput(int capacity)
{
    private readonly Lock _gate = new();
    private readonly StringBuilder _head = new();
    private readonly Queue<char> _tail = new();
    private long _dropped;

    public async Task DrainAsync(StreamReader reader)
    {
        var buffer = new char[4096];
        try
        {
            for (int read; (read = await reader.ReadAsync(buffer)) > 0;) Append(buffer.AsSpan(0, read));
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // The process went away with its pipe.
        }
    }

    public void Append(ReadOnlySpan<char> text)
    {
        lock (_gate)
        {
            var room = Math.Min(text.Length, capacity / 2 - _head.Length);
            if (room > 0) _head.Append(text[..room]);
            foreach (var c in text[Math.Max(0, room)..])
            {
                _tail.Enqueue(c);
                if (_tail.Count <= capacity / 2) continue;
                _tail.Dequeue();
                _dropped++;
            }
        }
    }

    public override string ToString()
    {
        lock (_gate)
        {
            var text = new StringBuilder(_head.ToString());
            if (_dropped > 0) text.Append($"\n… {_dropped} characters left out …\n");
            foreach (var c in _tail) text.Append(c);
            return text.ToString().TrimEnd('\n');
        }
    }
}
