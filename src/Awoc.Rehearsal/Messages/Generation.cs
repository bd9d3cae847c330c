using System.Text;

namespace Awoc.Rehearsal.Messages;

/// <summary>
/// An answer as it will be generated: cut at <c>max_tokens</c> and at stop sequences, each block with the tokens it costs.
/// A tool call may end in the middle of its JSON, as the API's do.
/// </summary>
internal sealed record Generation(IReadOnlyList<GeneratedBlock> Blocks, string StopReason, string? StopSequence, int Tokens)
{
    public static Generation Of(Reply reply, int maxTokens, IReadOnlyList<string> stopSequences)
    {
        var (wanted, stopSequence) = StopAt(reply.Blocks, stopSequences);
        var natural = wanted.Sum(b => (long)TokenEstimate.Of(b.Content));
        var total = reply.Usage?.Output ?? (int)Math.Min(natural, int.MaxValue);

        var blocks = new List<GeneratedBlock>();
        var used = 0;
        long seen = 0;
        foreach (var block in wanted)
        {
            // A scenario that dictates the output's weight spreads it over the blocks by their natural size.
            var before = Spread(seen, natural, total);
            seen += TokenEstimate.Of(block.Content);
            var weight = Spread(seen, natural, total) - before;
            var left = maxTokens - used;
            if (left <= 0 && weight > 0) break;

            var tokens = Math.Min(weight, left);
            var bytes = Encoding.UTF8.GetBytes(block.Content);
            var whole = tokens == weight;
            var end = whole ? bytes.Length : RuneBoundary(bytes, (int)((long)bytes.Length * tokens / weight));
            blocks.Add(new GeneratedBlock(block, bytes.AsMemory(0, end), tokens, whole));
            used += tokens;
            if (!whole) break;
        }

        if (used < total && used >= maxTokens) return new(blocks, "max_tokens", null, used);
        var reason = stopSequence is not null ? "stop_sequence"
            : reply.StopReason ?? (wanted.Any(b => b is ReplyBlock.ToolUse) ? "tool_use" : "end_turn");
        return new(blocks, reason, stopSequence, used);
    }

    /// <summary>The last start of a UTF-8 sequence at or before <paramref name="end"/>.</summary>
    public static int RuneBoundary(ReadOnlySpan<byte> bytes, int end)
    {
        if (end >= bytes.Length) return bytes.Length;
        while (end > 0 && (bytes[end] & 0xC0) == 0x80) end--;
        return end;
    }

    private static int Spread(long seen, long natural, int total) => natural == 0 ? 0 : (int)(total * seen / natural);

    private static (IReadOnlyList<ReplyBlock> Blocks, string? Sequence) StopAt(IReadOnlyList<ReplyBlock> blocks, IReadOnlyList<string> sequences)
    {
        var kept = new List<ReplyBlock>();
        foreach (var block in blocks)
        {
            if (block.Content.Length == 0) continue;
            if (block is ReplyBlock.Text { Value: var text })
            {
                var first = sequences
                    .Select(s => (Sequence: s, At: text.IndexOf(s, StringComparison.Ordinal)))
                    .Where(f => f.At >= 0)
                    .OrderBy(f => f.At)
                    .FirstOrDefault();
                if (first.Sequence is not null)
                {
                    if (first.At > 0) kept.Add(new ReplyBlock.Text(text[..first.At]));
                    return (kept, first.Sequence);
                }
            }

            kept.Add(block);
        }

        return (kept, null);
    }
}

/// <param name="Block">What was wanted.</param>
/// <param name="Content">What is generated of it, UTF-8.</param>
/// <param name="Tokens">What that costs.</param>
/// <param name="Whole">False when the limit fell inside.</param>
internal sealed record GeneratedBlock(ReplyBlock Block, ReadOnlyMemory<byte> Content, int Tokens, bool Whole);
