using System.CommandLine;
using System.Globalization;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary><c>awoc topup</c>.</summary>
internal static class TopUpVerb
{
    public static VerbCommand Build(CliConsole console)
    {
        var id = Shared.Id();
        var tokens = new Option<string?>("--tokens") { HelpName = "N", Description = "Tokens the model may generate on top" };
        var timeout = new Option<string?>("--timeout") { HelpName = "S", Description = "Running time on top: 600, 10m, 1h" };
        var cost = new Option<string?>("--max-cost") { HelpName = "USD", Description = "Money on top, in US dollars" };
        var input = new Option<string?>("--max-input-tokens") { HelpName = "N", Description = "Input tokens on top" };
        var turns = new Option<string?>("--max-turns") { HelpName = "N", Description = "Answers of the model on top" };
        var json = Shared.Json();
        var command = new VerbCommand(
            "topup",
            "Raises the budget of a task that waits or runs, by what is given; at least one limit. An agent at work has it at once.")
        {
            Examples = ["awoc topup 9f86d0 --tokens 2000", "awoc topup @last --timeout 10m --max-cost 0.50"],
        };
        command.Arguments.Add(id);
        foreach (var option in new Option[] { tokens, timeout, cost, input, turns, json }) command.Options.Add(option);
        command.SetAction((parsed, token) => TopUpAsync(
            console,
            parsed.GetValue(id)!,
            new TopUpRequest
            {
                Tokens = parsed.GetValue(tokens),
                Timeout = parsed.GetValue(timeout),
                MaxCost = parsed.GetValue(cost),
                MaxInputTokens = parsed.GetValue(input),
                MaxTurns = parsed.GetValue(turns),
            },
            parsed.GetValue(json),
            token));
        return command;
    }

    private static async Task<int> TopUpAsync(CliConsole console, string reference, TopUpRequest request, bool json, CancellationToken token)
    {
        var task = await console.Client().TopUpAsync(reference, request, token);
        if (json) JsonOut.Write(console, task, WireJson.Default.TaskView);
        else console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{task.Id} {task.Budget.Tokens} tokens, {task.Budget.TimeoutSeconds} s"));
        // More of a limit that was not the one that is spent.
        if (task.State == TaskWords.AwaitingInput && task.WaitsFor is { } still) console.Say($"it still waits: {still}");
        return ExitCodes.Succeeded;
    }
}
