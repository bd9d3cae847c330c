using System.CommandLine;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Reports;
using Awoc.Cli.Terminal;
using Awoc.Cli.Views;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary><c>awoc batch</c>: many tasks from a file, all of them or none.</summary>
internal static class BatchVerb
{
    public static VerbCommand Build(CliConsole console)
    {
        var file = new Argument<string>("FILE") { Description = "YAML, JSON, JSON Lines, or a command line of 'awoc run' in each line; - reads standard input" };
        var group = new Option<string>("--group") { HelpName = "NAME", Description = "The group of all that name none; else one is made" };
        var maxCost = new Option<string>("--max-cost") { HelpName = "USD", Description = "What all of them together may cost at list price" };
        var cwd = new Option<string>("--cwd") { HelpName = "DIR", Description = "The directory to work in; else this one" };
        var yes = new Option<bool>("--yes") { Description = "Launch without asking; needed where there is no terminal to ask on" };
        var wait = new Option<bool>("--wait") { Description = "Wait for the end of all and exit with the worst of their exit codes" };
        var summary = new Option<string>("--summary") { HelpName = "FILE", Description = "With --wait: write what became of each task, as Markdown" };
        var junit = new Option<string>("--junit") { HelpName = "FILE", Description = "With --wait: write it as JUnit XML" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show the plan, and launch nothing" };
        var json = Shared.Json();
        var command = new VerbCommand(
            "batch",
            "Launches the tasks of a file in one transaction: all of them, or none where one has a fault. Shows the plan first: the tasks, those that "
            + "have a context in common next to each other, and what they are likely to take. Prints the id of each.")
        {
            Examples =
            [
                "awoc batch tasks.yaml",
                "awoc batch tasks.yaml --max-cost 20 --wait --yes --summary summary.md --junit results.xml",
                "printf '%s\\n' 'research:\"Queues\" queues.md' 'research:\"Leases\" leases.md sonnet 5000' | awoc batch - --yes",
                "awoc wait --group \"$(awoc batch tasks.jsonl --yes --json | jq -r .group)\"",
            ],
        };
        command.Arguments.Add(file);
        foreach (var option in (Option[])[group, maxCost, cwd, yes, wait, summary, junit, dryRun, json]) command.Options.Add(option);
        command.SetAction((parsed, token) =>
        {
            var order = new Order(
                parsed.GetValue(file)!, parsed.GetValue(group), parsed.GetValue(maxCost), Paths.Absolute(parsed.GetValue(cwd)), parsed.GetValue(yes), parsed.GetValue(wait),
                parsed.GetValue(summary), parsed.GetValue(junit), parsed.GetValue(dryRun), parsed.GetValue(json));
            if (!order.Wait && (order.Summary ?? order.JUnit) is not null) throw new UsageException("--summary and --junit tell how the tasks ended: they need --wait.");
            if (order is { Wait: true, DryRun: true }) throw new UsageException("--dry-run launches nothing that could be waited for.");
            return RunAsync(console, order, token);
        });
        return command;
    }

    private static async Task<int> RunAsync(CliConsole console, Order order, CancellationToken token)
    {
        var text = await BatchText.ReadAsync(order.File, console, token);
        if (!order.DryRun) Consent.Need(order.Yes, order.File != BatchText.Stdin && Consent.CanAsk);
        var client = console.Client();
        var environment = CallerEnvironment.Current();
        var plan = await client.PlanBatchAsync(
            new BatchPlanRequest
            {
                Text = text,
                File = order.File,
                Cwd = order.Cwd,
                Group = order.Group,
                MaxCost = order.MaxCost,
                Zone = CallerZone.Name,
                ParentSession = Shared.Session,
                Environment = environment.Plain,
                Secrets = environment.Secrets,
            },
            token);
        if (plan.Faults.Count > 0)
        {
            foreach (var fault in plan.Faults) console.Error.WriteLine(Printable.Line($"{order.File}:{fault.Line}:{fault.Column}: {fault.What}"));
            console.Say(plan.Faults.Count == 1 ? "nothing was launched: mend this fault first" : $"nothing was launched: mend these {plan.Faults.Count} faults first");
            return ExitCodes.Usage;
        }

        foreach (var notice in plan.Notices) console.Say(notice);
        if (order.DryRun)
        {
            if (order.Json) JsonOut.Write(console, plan, WireJson.Default.BatchPlanView);
            else PlanText.Write(console.Out, plan);
            return ExitCodes.Succeeded;
        }

        // Of a launch that is to print ids or JSON, stdout belongs to these.
        PlanText.Write(console.Error, plan);
        if (!await Consent.AskAsync(console, plan.Confirm, order.Yes, token)) return Consent.Refused;
        var reply = await client.LaunchManyAsync(plan.Batch! with { Environment = environment.Plain, Secrets = environment.Secrets }, token);
        foreach (var notice in reply.Notices.Except(plan.Notices)) console.Say(notice);
        if (order.Wait) return await WaitAsync(console, client, order, reply, token);
        if (order.Json) JsonOut.Write(console, reply, WireJson.Default.BatchReply);
        else foreach (var task in reply.Tasks) console.Out.WriteLine(task.Id);
        return ExitCodes.Succeeded;
    }

    private static async Task<int> WaitAsync(CliConsole console, AwocClient client, Order order, BatchReply reply, CancellationToken token)
    {
        var tasks = reply.Tasks.ToDictionary(t => t.Id);
        var code = ExitCodes.Succeeded;
        using var interrupt = new Interrupt();
        try
        {
            var progress = new Progress(console);
            await foreach (var ended in client.WaitAsync([.. tasks.Keys], progress.Event, progress.Found, interrupt.Token))
            {
                tasks[ended.Id] = ended;
                code = ExitCodes.Worst(code, Ending.ExitCode(ended));
                if (!order.Json) console.Out.WriteLine($"{ended.Id} {ended.Outcome}");
                await console.Out.FlushAsync(token);
            }
        }
        catch (OperationCanceledException) when (interrupt.Happened)
        {
            console.Say($"detached; the tasks go on. Come back with: awoc wait --group {reply.Group}");
            code = ExitCodes.Detached;
        }

        TaskView[] all = [.. reply.Tasks.Select(t => tasks[t.Id])];
        if (order.Summary is { } summary) await File.WriteAllTextAsync(summary, BatchSummary.Of(order.File, reply.Group, all), token);
        if (order.JUnit is { } junit) await File.WriteAllBytesAsync(junit, JUnitReport.Of(order.File, all), token);
        if (order.Json) JsonOut.Write(console, reply with { Tasks = all }, WireJson.Default.BatchReply);
        else console.Say(BatchSummary.Sentence(all));
        return code;
    }

    private sealed record Order(
        string File, string? Group, string? MaxCost, string Cwd, bool Yes, bool Wait, string? Summary, string? JUnit, bool DryRun, bool Json);
}
