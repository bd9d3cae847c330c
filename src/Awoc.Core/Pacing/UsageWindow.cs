namespace Awoc.Core.Pacing;

/// <summary>A usage window of an account, as it was last told of.</summary>
/// <param name="Account">As <see cref="LaneKey.Account"/> has it.</param>
/// <param name="Kind"><c>5h</c>, <c>7d</c>, <c>7d_opus</c>…; <c>api</c> for a rate limit of the API itself.</param>
/// <param name="Used">From 0 to 1; null where nobody said.</param>
/// <param name="ResetsAt">When it begins anew; null where nobody said.</param>
/// <param name="Closed">Requests are refused for it, as it was last told.</param>
/// <param name="At">When it was told.</param>
public sealed record UsageWindow(string Account, string Kind, double? Used, DateTimeOffset? ResetsAt, bool Closed, DateTimeOffset At)
{
    /// <summary>The kind of a limit that is no subscription's window.</summary>
    public const string Api = "api";

    /// <summary>For how long a window that does not say when it resets holds on one word of it.</summary>
    private static readonly TimeSpan s_unsaid = TimeSpan.FromMinutes(5);

    /// <summary>Beyond this from when it was told, no reset is believed.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(8);

    /// <summary>Words of the models it is about; null for all.</summary>
    public string? Model { get; init; }

    /// <summary>The one spelling of a kind: Claude Code and the headers' claims say <c>five_hour</c> and <c>seven_day_opus</c>.</summary>
    public static string KindOf(string told) => told
        .Replace("five_hour", "5h", StringComparison.Ordinal)
        .Replace("seven_day", "7d", StringComparison.Ordinal)
        .Replace('-', '_');

    /// <summary>A window of one family of models says so in its name: <c>7d_opus</c>.</summary>
    public static string? ModelOf(string kind) => kind.Split('_') is [_, ("opus" or "sonnet" or "haiku") and var family] ? family : null;

    /// <summary>Whether requests for the model count in it.</summary>
    public bool Concerns(LaneKey lane) => lane.Account == Account && (Model is null || lane.Model.Contains(Model, StringComparison.OrdinalIgnoreCase));

    /// <summary>Until when it keeps its lanes from going on; null when it does not.</summary>
    /// <param name="reserve">The share of a subscription's windows that is left to the person, from 0 to 1; null for none.</param>
    public WindowHold? HoldAt(double? reserve, DateTimeOffset now)
    {
        const double Rounding = 1e-9;
        var reserved = !Closed && Kind != Api && reserve is { } share && Used >= 1 - share - Rounding;
        if (!Closed && !reserved) return null;
        var until = ResetsAt ?? At + s_unsaid;
        return until > now ? new WindowHold(this, until, reserved) : null;
    }

    /// <summary>It has not begun anew since it was told of.</summary>
    public bool Stands(DateTimeOffset now) => ResetsAt is not { } reset || reset > now;
}
