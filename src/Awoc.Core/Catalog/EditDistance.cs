namespace Awoc.Core.Catalog;

/// <summary>How many insertions, deletions, replacements and swaps of neighbours turn one word into another.</summary>
public static class EditDistance
{
    /// <summary>Optimal string alignment distance; time and memory grow with the product of both lengths.</summary>
    public static int Between(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        var width = right.Length + 1;
        var cost = new int[(left.Length + 1) * width];
        for (var column = 0; column < width; column++) cost[column] = column;
        for (var row = 1; row <= left.Length; row++)
        {
            cost[row * width] = row;
            for (var column = 1; column < width; column++)
            {
                var replaced = cost[(row - 1) * width + column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1);
                var best = Math.Min(replaced, Math.Min(cost[(row - 1) * width + column], cost[row * width + column - 1]) + 1);
                if (row > 1 && column > 1 && left[row - 1] == right[column - 2] && left[row - 2] == right[column - 1])
                    best = Math.Min(best, cost[(row - 2) * width + column - 2] + 1);
                cost[row * width + column] = best;
            }
        }

        return cost[^1];
    }
}
