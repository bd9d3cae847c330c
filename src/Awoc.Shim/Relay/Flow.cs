using System.Runtime.InteropServices;
using Awoc.Shim.Native;

namespace Awoc.Shim.Relay;

/// <summary>One direction of a relayed connection. What the receiver does not take at once is kept, and nothing more is read meanwhile.</summary>
internal sealed unsafe class Flow
{
    // Not the collector's: a busy stream would leave a heap of them behind.
    private byte* _rest;
    private int _restAt;
    private int _restLength;

    /// <summary>The source has said its last.</summary>
    internal bool Ended { get; private set; }

    /// <summary>One side is gone.</summary>
    internal bool Broken { get; private set; }

    internal bool IsBlocked => _rest != null;

    /// <summary>Moves what can be moved now.</summary>
    internal void Move(int from, int to, byte[] scratch)
    {
        // A few rounds at once keep a fast stream fast; more would starve the others.
        for (var round = 0; round < 4 && !Broken; round++)
        {
            if (_rest != null)
            {
                var taken = Fd.Send(to, new ReadOnlySpan<byte>(_rest + _restAt, _restLength - _restAt));
                if (taken < 0)
                {
                    Broken = taken != -Errno.Again;
                    return;
                }

                _restAt += taken;
                if (_restAt < _restLength) return;
                Forget();
            }

            if (Ended) return;
            var n = Fd.Receive(from, scratch);
            if (n == -Errno.Again) return;
            if (n <= 0)
            {
                Ended = n == 0;
                Broken = n < 0;
                return;
            }

            var sent = Fd.Send(to, scratch.AsSpan(0, n));
            if (sent < 0 && sent != -Errno.Again)
            {
                Broken = true;
                return;
            }

            sent = Math.Max(sent, 0);
            if (sent == n) continue;
            (_restAt, _restLength) = (0, n - sent);
            _rest = (byte*)NativeMemory.Alloc((nuint)_restLength);
            scratch.AsSpan(sent, _restLength).CopyTo(new Span<byte>(_rest, _restLength));
            return;
        }
    }

    /// <summary>Gives up what was kept.</summary>
    internal void Forget()
    {
        NativeMemory.Free(_rest);
        _rest = null;
    }
}
