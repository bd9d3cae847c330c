using System.CommandLine;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary><c>awoc retry</c>: another attempt of an ended task.</summary>
internal static class RetryVerb
{
    public static VerbCommand Build(CliConsole console)
    {
        var id = Shared.Id();
        var resume = new Option<bool>("--resume") { Description = "Go on with the agent's session (the default for what did not succeed)" };
        var restart = new Option<bool>("--restart") { Description = "Begin anew, as if there had been nothing" };
        var reduce = new Option<bool>("--reduce-scope") { Description = "A fresh session does only what is still missing, by a plan that fits the budget" };
        var extend = Time("--extend-timeout", "Running time in all, over every attempt: 900 (seconds), 15m");
        var timeout = Time("--timeout", "Running time from now on; else that of the launch");
        var tokens = new Option<string>("--tokens") { HelpName = "N", Description = "Tokens from now on; else those of the launch" };
        var defer = Time("--defer", "Start only after 300 (seconds), 10m, 24h");
        var wait = new Option<bool>("--wait") { Description = "Wait for the end and exit with the task's exit code" };
        var json = Shared.Json();
        var command = new VerbCommand(
            "retry",
            "Lets an ended task go on under the same id, with a fresh budget. Work already paid for is not done again: the agent's own session is "
            + "resumed where it is still there, else a fresh one gets what was produced.")
        {
            Examples =
            [
                "awoc retry 9f86d0",
                "awoc retry 9f86d0 --extend-timeout 900",
                "awoc retry @last --reduce-scope --tokens 3000 --wait",
                "awoc retry 9f86d0 --defer 300      in five minutes",
            ],
        };
        command.Arguments.Add(id);
        foreach (var option in (Option[])[resume, restart, reduce, extend, timeout, tokens, defer, wait, json]) command.Options.Add(option);
        command.SetAction(async (parsed, token) =>
        {
            string[] modes = [.. Chosen(parsed.GetValue(resume), "resume"), .. Chosen(parsed.GetValue(restart), "restart"), .. Chosen(parsed.GetValue(reduce), "reduce")];
            if (modes.Length > 1) throw new UsageException("--resume, --restart and --reduce-scope exclude each other.");
            var client = console.Client();
            var task = await client.RetryAsync(
                parsed.GetValue(id)!,
                new RetryRequest
                {
                    Mode = modes.FirstOrDefault(),
                    ExtendTimeout = parsed.GetValue(extend),
                    Timeout = parsed.GetValue(timeout),
                    Tokens = parsed.GetValue(tokens),
                    Defer = parsed.GetValue(defer),
                    Secrets = CallerEnvironment.Current().Secrets,
                },
                token);
            return await Reopened.ShowAsync(console, client, task, parsed.GetValue(wait), parsed.GetValue(json), token);
        });
        return command;
    }

    private static string[] Chosen(bool given, string mode) => given ? [mode] : [];

    private static Option<string> Time(string name, string description) => new(name) { HelpName = "TIME", Description = description };
}
