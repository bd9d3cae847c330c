namespace Awoc.Core.Tasks;

/// <summary>What a <see cref="TaskState.Scheduled"/> task waits for. Whoever put it there knows its own by it.</summary>
public enum WaitKind
{
    /// <summary>A time that the user named.</summary>
    Time,

    /// <summary>Other tasks.</summary>
    Dependency,

    /// <summary>Room in a budget that it shares.</summary>
    Budget,

    /// <summary>The model API's or the account's window.</summary>
    Window,

    /// <summary>The first task of its group, which writes the context that the others then read from the provider's cache.</summary>
    Context,

    /// <summary>Its next attempt.</summary>
    NextAttempt,
}

public static class WaitKinds
{
    /// <summary>It was queued and kept from starting for a reason that is not its own: when that is over it has the place again that it had.</summary>
    public static bool KeepsPlace(this WaitKind kind) => kind is WaitKind.Context or WaitKind.Window or WaitKind.Budget;
}
