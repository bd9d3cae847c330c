using System.Buffers;

namespace Awoc.Gateway.Wire;

/// <summary>What one call said, kept for its record. Bounded: an answer beyond that is kept up to there and marked cut.</summary>
/// <param name="request">The body as the agent sent it, with what identifies a person taken out.</param>
internal sealed class WireTap(byte[] request, string? agent)
{
    public const int MaxResponseBytes = 8 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _response = new();

    public byte[] Request => request;
    public string? Agent => agent;
    public bool Cut { get; private set; }

    public byte[] Response
    {
        get
        {
            lock (_gate) return _response.WrittenSpan.ToArray();
        }
    }

    public void Received(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            var room = MaxResponseBytes - _response.WrittenCount;
            Cut |= bytes.Length > room;
            _response.Write(bytes[..Math.Min(bytes.Length, room)]);
        }
    }
}
