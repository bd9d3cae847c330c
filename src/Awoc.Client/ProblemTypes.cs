namespace Awoc.Client;

/// <summary>The words a <see cref="Wire.Problem"/> can have as its type.</summary>
public static class ProblemTypes
{
    /// <summary>Values of the request are wrong; every fault is listed.</summary>
    public const string Invalid = "invalid";

    /// <summary>What was named does not exist.</summary>
    public const string NotFound = "not_found";

    /// <summary>The reference fits several tasks.</summary>
    public const string Ambiguous = "ambiguous";

    /// <summary>The request is at odds with what there is.</summary>
    public const string Conflict = "conflict";

    /// <summary>What was asked for would do harm as things stand: nothing was done.</summary>
    public const string Refused = "refused";

    /// <summary>No daemon, no agent, no credential or no disk.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>The caller is somebody else.</summary>
    public const string Unauthorized = "unauthorized";

    /// <summary>A bug or broken I/O in the daemon; its log has the rest.</summary>
    public const string Internal = "internal";
}
