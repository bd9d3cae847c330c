namespace Awoc.Client.Wire;

/// <summary>Headers of the API's own.</summary>
public static class WireHeaders
{
    /// <summary>On a stream of events: the sequence number after which it begins, so that one lost before its first event misses nothing.</summary>
    public const string EventsAfter = "Awoc-Events-After";
}
