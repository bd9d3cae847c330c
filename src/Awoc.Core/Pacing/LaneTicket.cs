namespace Awoc.Core.Pacing;

/// <summary>One request's leave to be under way. Compared by identity.</summary>
public sealed class LaneTicket
{
    internal LaneTicket(long number, TimeSpan startedAt) => (Number, StartedAt) = (number, startedAt);

    internal long Number { get; }
    internal TimeSpan StartedAt { get; }

    /// <summary>What it took of a known pace; zero where none was known.</summary>
    internal TimeSpan Turn { get; set; }

    internal bool Answered { get; set; }

    /// <summary>The API did not take it.</summary>
    internal bool Refused { get; set; }

    internal bool Done { get; set; }
}

/// <summary>Leave to start, or for how long there is none.</summary>
/// <param name="Ticket">Null when the request has to wait.</param>
/// <param name="AskAgain">After how long it is worth asking again; null where only the end of another request can change anything.</param>
public readonly record struct LaneDecision(LaneTicket? Ticket, TimeSpan? AskAgain);
