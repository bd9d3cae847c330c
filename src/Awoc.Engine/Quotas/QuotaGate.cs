using System.Security.Cryptography;
using Awoc.Core.Tasks;
using Awoc.Engine.Scheduling;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Quotas;

/// <summary>Puts a start off while the window of its account is closed for longer than an agent would be held.</summary>
public sealed class QuotaGate(EnginePorts ports) : IStartGate
{
    /// <summary>Starts are spread over this share of their wait, and not over more than <see cref="LongestSpread"/>.</summary>
    private const double Share = 0.1;

    /// <summary>What waits for a window is due at most this long after it opens.</summary>
    internal static readonly TimeSpan LongestSpread = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public ValueTask<StartHold?> AskAsync(AgentTask task, CancellationToken stop)
    {
        var now = ports.Time.GetUtcNow();
        return ValueTask.FromResult(ports.Quotas.HoldOf(task) is { } hold && hold.Until - now > ports.Quotas.Settings.Hold
            ? new StartHold(WaitKind.Window, hold.Until + Spread(hold.Until - now), ports.Quotas.Words(hold))
            : null);
    }

    /// <summary>What waited together does not come back in one moment.</summary>
    public static TimeSpan Spread(TimeSpan wait)
    {
        var most = wait * Share < LongestSpread ? wait * Share : LongestSpread;
        return most * (RandomNumberGenerator.GetInt32(int.MaxValue) / (double)int.MaxValue);
    }
}
