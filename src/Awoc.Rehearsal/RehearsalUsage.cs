namespace Awoc.Rehearsal;

/// <summary>The usage figures of one answer, in tokens, split the way the Messages API splits them.</summary>
/// <param name="Input">Input read neither from nor into the prompt cache.</param>
/// <param name="CacheRead">Input served from the prompt cache.</param>
/// <param name="CacheWrite5m">Input written into the cache for five minutes.</param>
/// <param name="CacheWrite1h">Input written into the cache for an hour.</param>
/// <param name="Output">Tokens generated, thinking included.</param>
public sealed record RehearsalUsage(int Input, int CacheRead, int CacheWrite5m, int CacheWrite1h, int Output)
{
    /// <summary>Input written into the cache, whatever its time to live.</summary>
    public int CacheWrite => CacheWrite5m + CacheWrite1h;
}
