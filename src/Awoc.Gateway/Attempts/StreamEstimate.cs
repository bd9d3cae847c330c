namespace Awoc.Gateway.Attempts;

/// <summary>
/// What a stream cost whose daemon died in the midst of it. The model stops soon after its reader is gone, so what had come
/// through bounds what was generated; the whole cap would end a task for a crash that was none of its doing.
/// </summary>
internal static class StreamEstimate
{
    /// <summary>Bytes between two progress lines in the ledger.</summary>
    public const long Step = 2048;

    // A token is about 4 bytes of text, and the event around it makes this count too high rather than too low. Thinking that a
    // provider keeps to itself is not in it: a small budget turns thinking off.
    private const long BytesPerToken = 4;

    /// <summary>Generated but not yet read when the reader went, and a first answer that had not come.</summary>
    private const long Unseen = 256;

    /// <param name="seen">Bytes that had come through by the last progress line.</param>
    /// <param name="cap">The most the request could generate.</param>
    public static long Tokens(long seen, long cap) => Math.Min(cap, ((seen + Step) / BytesPerToken) + Unseen);
}
