namespace Awoc.Gateway.Attempts;

/// <summary>One request's wish to generate. Compared by identity: two requests may ask for the same.</summary>
/// <param name="agent">The sub-agent that asks; empty for the main thread.</param>
/// <param name="asked">Its own <c>max_tokens</c>.</param>
internal sealed class GrantClaim(string agent, long asked)
{
    public const string MainThread = "";

    public string Agent => agent;
    public long Asked => asked;

    /// <summary>Input tokens, as reckoned from its length: what counts where no answer tells.</summary>
    public long InputTokens { get; init; }

    /// <summary>What its input may cost at most, in US dollars; 0 where no price is known.</summary>
    public decimal InputUsd { get; init; }

    /// <summary>What each generated token costs, in US dollars.</summary>
    public decimal TokenUsd { get; init; }
}

/// <summary>What the book decided about a claim that waited.</summary>
internal abstract record GrantRuling(GrantClaim Claim)
{
    /// <param name="Cap">Tokens it may generate at most.</param>
    /// <param name="Report">It draws on the report's share.</param>
    public sealed record Granted(GrantClaim Claim, long Cap, bool Report) : GrantRuling(Claim);

    public sealed record Refused(GrantClaim Claim, GrantLimit Limit) : GrantRuling(Claim);
}

internal enum GrantLimit
{
    Tokens,
    InputTokens,
    Cost,
    Turns,

    /// <summary>The report is being written: only the main thread may ask.</summary>
    Report,
}
