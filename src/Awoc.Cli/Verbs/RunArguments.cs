using Awoc.Cli.CommandLine;

namespace Awoc.Cli.Verbs;

/// <summary>The seed's positional form: TASK [OUTPUT] [MODEL] [TOKENS] [TIMEOUT].</summary>
internal sealed record RunArguments(string Task, string? Output, string? Model, string? Tokens, string? Timeout)
{
    /// <summary>
    /// Takes the positions as they came. An empty one counts as left out, as in the seed's <c>${3:-sonnet}</c>.
    /// </summary>
    public static RunArguments From(IReadOnlyList<string?> positions)
    {
        var given = positions.ToArray();
        for (var i = 1; i < given.Length; i++)
        {
            if (string.IsNullOrEmpty(given[i])) given[i] = null;
        }

        // Written elsewhere it is the way to give a description: a file named so would surprise, and ./@x still names one.
        if (given[1] is "-" or ['@', ..])
            throw new UsageException($"OUTPUT is '{given[1]}': a description from stdin or a file goes after the type, as in '{given[0]}:{given[1]}'.");
        return new RunArguments(given[0] ?? "", given[1], given[2], given[3], given[4]);
    }

    /// <summary>The one value that was given by position, by flag, or by both alike.</summary>
    public static string? One(string position, string? byPosition, string flag, string? byFlag) =>
        byPosition is null || byFlag is null || byPosition == byFlag
            ? byFlag ?? byPosition
            : throw new UsageException($"{position} is '{byPosition}' and {flag} is '{byFlag}': give one of them.");
}
