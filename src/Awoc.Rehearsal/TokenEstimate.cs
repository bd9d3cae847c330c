using System.Text;

namespace Awoc.Rehearsal;

/// <summary>
/// The rehearsal's tokenizer: one token is four bytes of UTF-8, rounded up. Real tokenizers differ; what matters here is that
/// input, output, limits and records all use this one figure, so that sums agree to the token.
/// </summary>
public static class TokenEstimate
{
    /// <summary>Bytes of UTF-8 in one token.</summary>
    public const int BytesPerToken = 4;

    /// <summary>Tokens in <paramref name="bytes"/> bytes of UTF-8.</summary>
    public static int OfBytes(long bytes) => (int)((bytes + BytesPerToken - 1) / BytesPerToken);

    /// <summary>Tokens in a text.</summary>
    public static int Of(string text) => OfBytes(Encoding.UTF8.GetByteCount(text));
}
