namespace Awoc.Shim;

/// <summary>How <c>awoc-shim</c> itself ends; how the agent ended is in <c>exit.json</c> alone.</summary>
internal static class ExitCodes
{
    /// <summary>The attempt was supervised to its recorded end.</summary>
    internal const int Ended = 0;

    /// <summary>The command line is none of ours.</summary>
    internal const int Usage = 64;

    /// <summary><c>spec.json</c> is missing or cannot be carried out; nothing was claimed.</summary>
    internal const int BadSpec = 65;

    /// <summary>The attempt has a claim already; nothing was touched.</summary>
    internal const int Claimed = 73;

    /// <summary>The records could not be made, for want of room or rights; the claim was given back and nothing ran.</summary>
    internal const int NoRecords = 74;
}
