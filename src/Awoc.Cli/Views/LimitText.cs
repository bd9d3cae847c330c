using System.Globalization;
using Awoc.Client.Wire;

namespace Awoc.Cli.Views;

/// <summary>Limits and policies in words.</summary>
internal static class LimitText
{
    public static string Dollars(decimal amount) => string.Create(CultureInfo.InvariantCulture, $"${amount:0.00####}");

    public static IEnumerable<(string Name, string? Value)> Policy(PolicyView policy) =>
    [
        ("at a limit", policy.OnBudget == "ask" ? "waits for you, resumable" : "reports and ends"),
        ("on failure", OnFailure(policy)),
        ("permissions", policy.Permissions == "ask" ? "asks where a tool needs leave (awoc answer)" : null),
        ("recorded", policy.Record is true ? "requests and answers, redacted" : null),
    ];

    private static string OnFailure(PolicyView policy)
    {
        List<string> words =
        [
            policy.OnFailure switch
            {
                "auto" => "recovers by itself, within its total",
                "stop" => "ends",
                _ => "recovers by itself what costs no budget",
            },
        ];
        if (policy.MaxRetries is { } retries) words.Add(string.Create(CultureInfo.InvariantCulture, $"at most {retries} more attempts"));
        if (policy.MaxTotalTokens is { } tokens) words.Add($"{Figures.Count(tokens)} tokens in all");
        if (policy.MaxTotalSeconds is { } seconds) words.Add($"{Figures.Limit(seconds)} in all");
        return string.Join(", ", words);
    }
}
