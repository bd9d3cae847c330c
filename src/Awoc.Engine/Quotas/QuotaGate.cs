using System.Security.Cryptography;
using Awoc.Core.Tasks;
using Awoc.Engine.Scheduling;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Quotas;

/// <summary>Puts a start off while the window of its account is closed for longer than an agent would be held.</summary>
public sealed class QuotaGate(EnginePorts ports) : IStartGate
{
    /// <summary>Starts are spread over this share of their wait, and not over more than <see cref="s_spread"/>.</summary>
    private const double Share = 0.1;

    private static readonly TimeSpan s_spread = TimeSpan.FromSeconds(30);

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
        var most = wait * Share < s_spread ? wait * Share : s_spread;
        return most * (RandomNumberGenerator.GetInt32(int.MaxValue) / (double)int.MaxValue);
    }
}
