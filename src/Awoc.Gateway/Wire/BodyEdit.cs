using System.Buffers;

namespace Awoc.Gateway.Wire;

/// <summary>Bytes of a body to be replaced by others; all the rest stays byte for byte.</summary>
/// <param name="Start">Of the bytes that go.</param>
/// <param name="Length">How many go; 0 inserts.</param>
internal readonly record struct BodyEdit(long Start, long Length, byte[] With)
{
    /// <summary>The body with the edits made, over the same memory. They may come in any order and must not overlap.</summary>
    public static ReadOnlySequence<byte> Apply(in ReadOnlySequence<byte> body, IReadOnlyList<BodyEdit> edits)
    {
        var pieces = new Pieces();
        long at = 0;
        foreach (var edit in edits.OrderBy(e => e.Start))
        {
            pieces.Add(body.Slice(at, edit.Start - at));
            pieces.Add(new ReadOnlySequence<byte>(edit.With));
            at = edit.Start + edit.Length;
        }

        pieces.Add(body.Slice(at));
        return pieces.ToSequence();
    }

    private sealed class Pieces
    {
        private Piece? _first;
        private Piece? _last;

        public void Add(in ReadOnlySequence<byte> bytes)
        {
            foreach (var memory in bytes)
            {
                if (memory.IsEmpty) continue;
                _last = new Piece(memory, _last);
                _first ??= _last;
            }
        }

        public ReadOnlySequence<byte> ToSequence() =>
            _first is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(_first, 0, _last!, _last!.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, Piece? before)
        {
            Memory = memory;
            if (before is null) return;
            RunningIndex = before.RunningIndex + before.Memory.Length;
            before.Next = this;
        }
    }
}
