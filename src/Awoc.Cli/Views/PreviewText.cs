using Awoc.Cli.Terminal;
using Awoc.Client.Wire;

namespace Awoc.Cli.Views;

/// <summary>What a launch would do, for a person.</summary>
internal static class PreviewText
{
    public static void Write(TextWriter writer, LaunchPreview preview)
    {
        FieldList.Write(writer,
        [
            ("type", preview.Type),
            ("agent", preview.Rehearsal is true ? $"{preview.Agent} (rehearsal)" : preview.Agent),
            ("model", preview.Model),
            ("output", preview.Output ?? "in the task's directory"),
            ("tokens", preview.Budget.Tokens is { } tokens ? $"{Figures.Count(tokens)} ({preview.BudgetExactness})" : null),
            ("input", preview.Budget.InputTokens is { } input ? $"{Figures.Count(input)} tokens at most" : null),
            ("cost", preview.Budget.CostUsd is { } cost ? $"{LimitText.Dollars(cost)} at most, at list price" : null),
            ("turns", preview.Budget.Turns is { } turns ? $"{Figures.Count(turns)} at most" : null),
            ("timeout", Figures.Limit(preview.Budget.TimeoutSeconds)),
            ("stall", preview.Budget.StallSeconds is { } stall ? $"after {Figures.Limit(stall)} without a sign of life" : "no limit"),
            .. LimitText.Policy(preview.Policy, preview.Budget.Tokens is not null),
            ("estimate", Estimate(preview.Estimate)),
            ("command", string.Join(' ', preview.Argv.Select(ShellWord))),
        ]);
        writer.WriteLine();
        if (preview.Shared is { } shared)
        {
            writer.WriteLine("--- in the system prompt, the same for others ---");
            writer.WriteLine(Printable.Lines(shared));
            writer.WriteLine("--- the prompt ---");
        }

        writer.WriteLine(Printable.Lines(preview.Prompt));
    }

    private static string Estimate(EstimateView estimate)
    {
        var prompt = $"about {Figures.Count(estimate.PromptTokens)} tokens of prompt";
        if (estimate is not { PastTasks: > 0, Tokens: { } tokens, Seconds: { } seconds }) return $"{prompt}; no past tasks of this type with this agent";
        var cost = estimate.CostUsd is { } money ? $", {LimitText.Dollars(money.P50)} ({LimitText.Dollars(money.P90)})" : "";
        return $"{prompt}; by {estimate.PastTasks} past tasks, half took at most (nine of ten): {Figures.Count((long)tokens.P50)} ({Figures.Count((long)tokens.P90)}) tokens, "
            + $"{Figures.Limit((long)seconds.P50)} ({Figures.Limit((long)seconds.P90)}){cost}";
    }

    private static string ShellWord(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=,@%+".Contains(c, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
