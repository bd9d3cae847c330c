namespace Awoc.Gateway.Attempts;

/// <summary>
/// What a stream cost whose reader went in the midst of it: the daemon died, the agent was canceled or left. The model stops soon
/// after, so what had come through bounds what was generated; the whole cap, which may be all that is left of a budget, would
/// be spent from the task, its group and its day for nothing.
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

    /// <summary>
    /// Tokens a second that no model generates more than: what it kept to itself took its time too. Small models and fast modes come to
    /// some 200 to 300, and other servers of this API, on hardware made for it, to more: what is too high costs a few tokens of a
    /// canceled request, what is too low lets a budget be overdrawn.
    /// </summary>
    private const double Fastest = 500;

    /// <summary>As the other, of a call whose time is known.</summary>
    /// <param name="seconds">From its sending until its reader went.</param>
    public static long Tokens(long seen, long cap, double seconds) => Math.Min(cap, Math.Max(Tokens(seen, cap), (long)(seconds * Fastest)));

    /// <param name="seen">Bytes that had come through by the last progress line.</param>
    /// <param name="cap">The most the request could generate.</param>
    public static long Tokens(long seen, long cap) => Math.Min(cap, ((seen + Step) / BytesPerToken) + Unseen);
}
