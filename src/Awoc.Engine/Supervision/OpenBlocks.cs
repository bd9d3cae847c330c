using System.Text;
using Awoc.Core.Agents;

namespace Awoc.Engine.Supervision;

/// <summary>
/// The pieces of an answer that is still coming. What comes whole closes its block; what is left when the stream stops was
/// cut, and is all there is of it.
/// </summary>
internal sealed class OpenBlocks
{
    private const int LongestBlock = 4 * 1024 * 1024;
    private const int MostBlocks = 64;

    private readonly SortedDictionary<int, Block> _blocks = [];

    public string Text => string.Join('\n', _blocks.Values.Where(b => b.Tool is null && b.Text.Length > 0).Select(b => b.Text.ToString()));

    public IReadOnlyList<AgentCall> Calls =>
        [.. _blocks.Values.Where(b => b.Tool is not null).Select(b => CallStory.Of("", b.Tool!, b.Text.ToString(), CallState.Unfinished))];

    public void Add(AgentEvent.Piece piece)
    {
        switch (piece.Kind)
        {
            case PieceKind.Begin:
                // The blocks of an answer are numbered from 0: an earlier answer that was given up (a stream that broke and was
                // asked for again) leaves nothing open.
                foreach (var later in _blocks.Keys.Where(n => n >= piece.Block).ToList()) _blocks.Remove(later);
                if (_blocks.Count < MostBlocks) _blocks[piece.Block] = new Block(piece.Value.Length == 0 ? null : piece.Value);
                break;
            case PieceKind.Text or PieceKind.Input when _blocks.TryGetValue(piece.Block, out var block):
                if (block.Text.Length + piece.Value.Length <= LongestBlock) block.Text.Append(piece.Value);
                break;
        }
    }

    public void CloseText() => Close(block => block.Tool is null && block.Text.Length > 0);

    /// <summary>Its arguments as they came piece by piece; null when no pieces had come.</summary>
    public string? CloseCall(string tool) => Close(block => block.Tool == tool)?.Text.ToString();

    private Block? Close(Func<Block, bool> match)
    {
        foreach (var (number, block) in _blocks)
        {
            if (!match(block)) continue;
            _blocks.Remove(number);
            return block;
        }

        return null;
    }

    /// <param name="Tool">Null for text and thinking.</param>
    private sealed record Block(string? Tool)
    {
        public StringBuilder Text { get; } = new();
    }
}
