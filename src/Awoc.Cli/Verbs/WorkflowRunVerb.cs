using System.CommandLine;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Cli.Views;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary><c>awoc workflow run</c>.</summary>
internal static class WorkflowRunVerb
{
    public static VerbCommand Build(CliConsole console)
    {
        var file = WorkflowVerb.File();
        var flags = new WorkflowFlags();
        var wait = new Option<bool>("--wait") { Description = "Wait for the end and exit with the worst exit code of its steps" };
        var follow = new Option<bool>("--follow") { Description = "As --wait, and print the steps' logs as they grow" };
        var yes = new Option<bool>("--yes", "-y") { Description = "Run without asking; needed where there is no terminal to ask on" };
        var fresh = new Option<bool>("--fresh") { Description = "Run all steps, those too that succeeded before with the same inputs" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show which steps would run, and launch nothing" };
        var cost = new Option<string>("--max-cost") { HelpName = "USD", Description = "What the run may cost at list price, in place of what the file says" };
        var summary = new Option<string>("--summary") { HelpName = "FILE", Description = "Write the outcome of each step to a Markdown file; implies --wait" };
        var json = Shared.Json();
        var command = new VerbCommand(
            "run",
            "Runs a workflow in the background and prints the run's name, which is the group of its tasks. A run survives this terminal and the daemon. "
            + "Run again, it does what is left: steps that succeeded with the same inputs are reused, and a run that is still under way is attached to.")
        {
            Examples =
            [
                "awoc workflow run feature.yaml --input topic=login --wait",
                "awoc workflow run feature.yaml --dry-run",
                "awoc workflow run review.yaml --yes --wait --max-cost 5 --summary review-summary.md",
            ],
        };
        command.Arguments.Add(file);
        foreach (var option in (Option[])[.. flags.All, wait, follow, yes, fresh, dryRun, cost, summary, json]) command.Options.Add(option);
        command.SetAction(async (parsed, token) =>
        {
            var request = await WorkflowVerb.ReadAsync(parsed.GetValue(file)!, flags, parsed, token) with
            {
                Fresh = parsed.GetValue(fresh),
                MaxCost = parsed.GetValue(cost),
            };
            var report = parsed.GetValue(summary) is { } path ? Paths.Absolute(path) : null;
            if (parsed.GetValue(dryRun)) return await PlanAsync(console, request, parsed.GetValue(json), token);
            return await RunAsync(
                console, request, parsed.GetValue(wait) || parsed.GetValue(follow) || report is not null, parsed.GetValue(follow), parsed.GetValue(yes), report, parsed.GetValue(json), token);
        });
        return command;
    }

    private static async Task<int> PlanAsync(CliConsole console, WorkflowRequest request, bool json, CancellationToken token)
    {
        var plan = await console.Client().PlanWorkflowAsync(request, token);
        if (json) JsonOut.Write(console, plan, WireJson.Default.WorkflowRunView);
        else WorkflowText.WritePlan(console.Out, plan);
        foreach (var notice in plan.Notices) console.Say(notice);
        return ExitCodes.Succeeded;
    }

    private static async Task<int> RunAsync(
        CliConsole console, WorkflowRequest request, bool wait, bool follow, bool yes, string? summary, bool json, CancellationToken token)
    {
        var client = console.Client();
        var plan = await client.PlanWorkflowAsync(request, token);
        WorkflowText.WritePlan(console.Error, plan);
        if (!plan.Attached && plan.Steps.Any(s => s.Action == "run"))
        {
            Consent.Need(yes, Consent.CanAsk);
            if (!await Consent.AskAsync(console, plan.Confirm, yes, token)) return Consent.Refused;
        }

        var run = await client.RunWorkflowAsync(request, token);
        foreach (var notice in run.Notices) console.Say(notice);
        if (!json && run.Run is { } name) console.Out.WriteLine(name);
        await console.Out.FlushAsync(token);
        if (!wait)
        {
            if (json) JsonOut.Write(console, run, WireJson.Default.WorkflowRunView);
            return ExitCodes.Succeeded;
        }

        using var interrupt = new Interrupt();
        var watch = new WorkflowWatch(console, client, run, follow, quiet: json);
        try
        {
            var ended = await watch.RunAsync(interrupt.Token);
            if (json) JsonOut.Write(console, ended, WireJson.Default.WorkflowRunView);
            else WorkflowText.WriteEnd(console.Error, ended);
            if (summary is not null) await WorkflowSummary.WriteAsync(summary, ended, token);
            return WorkflowText.ExitCode(ended);
        }
        catch (OperationCanceledException) when (interrupt.Happened)
        {
            if (json) JsonOut.Write(console, run, WireJson.Default.WorkflowRunView);
            if (CliConsole.ErrorIsTerminal) console.Error.WriteLine();
            console.Say($"detached; the run goes on. Come back with: awoc workflow run {request.File} --wait");
            return ExitCodes.Detached;
        }
    }
}
