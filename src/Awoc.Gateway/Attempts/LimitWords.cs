using System.Globalization;
using Awoc.Core.Tasks;

namespace Awoc.Gateway.Attempts;

/// <summary>
/// What an agent is told when a limit is met. Runners look for how it begins: <c>AWOC: token budget</c>, <c>AWOC: input budget</c>,
/// <c>AWOC: cost budget</c>, <c>AWOC: turn budget</c>.
/// </summary>
internal static class LimitWords
{
    public static EndReason? ReasonOf(GrantLimit? limit) => limit switch
    {
        GrantLimit.Tokens => EndReason.Tokens,
        GrantLimit.InputTokens => EndReason.InputTokens,
        GrantLimit.Cost => EndReason.Cost,
        GrantLimit.Turns => EndReason.Turns,
        GrantLimit.Report or null => null,
    };

    /// <summary>As the ledger writes it.</summary>
    public static string Word(GrantLimit limit) => limit switch
    {
        GrantLimit.Tokens => "tokens",
        GrantLimit.InputTokens => "input_tokens",
        GrantLimit.Cost => "cost",
        GrantLimit.Turns => "turns",
        GrantLimit.Report => "report",
    };

    /// <summary>From the ledger; <c>budget</c> is what a ledger of 0.1 says.</summary>
    public static EndReason? ReasonOf(string word) => word switch
    {
        "tokens" or "budget" => EndReason.Tokens,
        "input_tokens" => EndReason.InputTokens,
        "cost" => EndReason.Cost,
        "turns" => EndReason.Turns,
        _ => null,
    };

    public static string Of(GrantLimit limit, string task, GrantBook book, GrantClaim claim, EndReason? spent)
    {
        var (allowance, used) = (book.Allowance, book.Settled);
        return limit switch
        {
            GrantLimit.Tokens when book.Reporting => Text($"AWOC: token budget of task {task}: {used.Output} of {allowance.Tokens} used, nothing is left for the report"),
            GrantLimit.Tokens => Text($"AWOC: token budget of task {task}: {used.Output} used, {book.ReportShare} kept for the report"),
            GrantLimit.InputTokens => Text($"AWOC: input budget of task {task}: {used.WeightedInput} of {allowance.InputTokens} input tokens used"),
            GrantLimit.Cost => Text($"AWOC: cost budget of task {task}: ${used.CostUsd ?? 0:0.0000} of ${allowance.CostUsd:0.0000} used, and the input of this request may cost ${claim.InputUsd:0.0000}"),
            GrantLimit.Turns => Text($"AWOC: turn budget of task {task}: {book.Turns} of {allowance.Turns} turns used"),
            GrantLimit.Report when spent == EndReason.Tokens => Text($"AWOC: token budget of task {task}: {used.Output} used, {book.ReportShare} kept for the report"),
            GrantLimit.Report => $"AWOC: task {task} is writing its report: its sub-agents have no more turns",
        };
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
