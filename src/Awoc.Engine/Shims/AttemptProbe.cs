using System.Net.Sockets;

namespace Awoc.Engine.Shims;

/// <summary>Where an attempt's directory says it stands; what a daemon does next follows from it alone.</summary>
public abstract record AttemptStanding
{
    private AttemptStanding()
    {
    }

    /// <summary>No claim: nothing ran. Start the same attempt.</summary>
    public sealed record NotStarted : AttemptStanding;

    /// <summary>A warm agent was to take it up and ended before its task began: nothing ran for it. Start the same attempt.</summary>
    public sealed record NeverBegun : AttemptStanding;

    /// <summary>Finalize from the record.</summary>
    public sealed record Ended(ShimExit Exit) : AttemptStanding;

    /// <summary>The shim answers: connect, own with the next fence, read on from the stored offset.</summary>
    public sealed record Alive(string Socket, ShimClaim Claim) : AttemptStanding;

    /// <summary>The shim runs but cannot be talked to: <see cref="OrphanSweep"/>, then <c>lost</c>.</summary>
    public sealed record AliveWithoutSocket(ShimClaim Claim) : AttemptStanding;

    /// <summary>The shim is gone without a record: <see cref="OrphanSweep"/> whatever of the tree is left, then <c>lost</c>.</summary>
    public sealed record Gone(ShimClaim Claim) : AttemptStanding;
}

/// <summary>Finds out where an attempt stands, by its directory alone.</summary>
public static class AttemptProbe
{
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(10);

    /// <summary>Looks at an attempt.</summary>
    /// <param name="attemptDirectory">The attempt's directory.</param>
    /// <param name="patience">How long a living shim may take to open its socket; it does so within milliseconds of its claim.</param>
    /// <param name="time">Counts the patience.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<AttemptStanding> ExamineAsync(
        string attemptDirectory, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken = default)
    {
        var begin = time.GetTimestamp();
        while (true)
        {
            if (ShimExit.Read(attemptDirectory) is { } exit) return StandingOf(exit);
            if (ShimClaim.Read(attemptDirectory) is not { } claim) return new AttemptStanding.NotStarted();
            if (!new ProcessIdentity(claim.Pid, claim.StartTicks, claim.BootId).IsAlive())
            {
                // It may have written its record between the two looks.
                return ShimExit.Read(attemptDirectory) is { } late ? StandingOf(late) : new AttemptStanding.Gone(claim);
            }

            if (ShimSpec.Read(attemptDirectory)?.Socket is { } socket && await AnswersAsync(socket, cancellationToken))
                return new AttemptStanding.Alive(socket, claim);
            if (time.GetElapsedTime(begin) >= patience) return new AttemptStanding.AliveWithoutSocket(claim);
            await Task.Delay(s_retry, time, cancellationToken);
        }
    }

    private static AttemptStanding StandingOf(ShimExit exit) =>
        exit.Cause == EndCause.Spare ? new AttemptStanding.NeverBegun() : new AttemptStanding.Ended(exit);

    private static async Task<bool> AnswersAsync(string socket, CancellationToken cancellationToken)
    {
        try
        {
            using var connection = await UnixSockets.ConnectAsync(socket, cancellationToken);
            return true;
        }
        catch (Exception absent) when (absent is SocketException or IOException)
        {
            return false;
        }
    }
}
