namespace Awoc.EndToEnd.Endings;

/// <summary>The table's last column.</summary>
internal static class Retries
{
    public static string Of(ObservedRow row) => (row.Outcome, row.Reason) switch
    {
        ("lost", _) => "resumed",
        (_, "rate_limited" or "overloaded" or "no_memory" or "no_slot") => "after 300 s",
        _ => "no",
    };
}
