namespace Awoc.Core.Pacing;

/// <summary>Somebody who keeps account of what model APIs say of their limits.</summary>
public interface ILimitObserver
{
    /// <summary>An answer came that says something of usage windows, or that was refused for a limit. Must return at once and never throw.</summary>
    /// <param name="status">Its HTTP status.</param>
    /// <param name="at">When it came.</param>
    void Seen(LaneKey lane, int status, LimitSigns signs, DateTimeOffset at);
}
