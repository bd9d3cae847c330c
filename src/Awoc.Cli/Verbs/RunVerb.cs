using System.CommandLine;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Cli.Views;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary><c>awoc run</c>: the seed's positional form and its flags.</summary>
internal static class RunVerb
{
    public const string Name = "run";

    /// <summary>
    /// Drops a last <c>&amp;</c>: the seed's lines end in one, and where no shell reads them it arrives as an argument.
    /// </summary>
    public static string[] WithoutAmpersand(string[] args) => args is [.. var others, "&"] ? others : args;

    public static VerbCommand Build(CliConsole console)
    {
        var task = new Argument<string>("TASK") { Description = "TYPE[:DESCRIPTION], or free text; a DESCRIPTION of - is read from stdin, @FILE from a file" };
        var output = Optional("OUTPUT", "Where the result goes; without it the result stays in the task's directory");
        var modelAt = Optional("MODEL", "As --model");
        var tokensAt = Optional("TOKENS", "As --tokens");
        var timeoutAt = Optional("TIMEOUT", "As --timeout");
        var agent = Flag("--agent", "NAME", "claude, builtin or command; else what is configured or installed");
        var model = Flag("--model", "NAME", "sonnet, opus, haiku, a full name, or rehearsal");
        var tokens = Flag("--tokens", "N", "Tokens the model may generate");
        var timeout = Flag("--timeout", "TIME", "Running time: 600 (seconds), 10m, 24h");
        var limits = new LimitFlags();
        var contract = new ContractFlags();
        var queue = new QueueFlags();
        var cwd = Flag("--cwd", "DIR", "The directory to work in; else this one");
        var context = new Option<string[]>("--context") { HelpName = "FILE", Description = "A file for the agent to know: small text goes into the prompt, else it is pointed at; may be given several times" };
        var name = Flag("--name", "NAME", "A name that can stand for the id");
        var group = Flag("--group", "NAME", "The group it belongs to");
        var overwrite = new Option<bool>("--overwrite") { Description = "OUTPUT may exist already: it is replaced" };
        var allowOutside = new Option<bool>("--allow-outside") { Description = "OUTPUT may lie outside the working directory" };
        var integrate = Flag("--integrate", "MODE[:TARGET]", "As it succeeds, bring the result into TARGET, else into OUTPUT: append, merge, reference, summarize or auto");
        var wait = new Option<bool>("--wait") { Description = "Wait for the end and exit with the task's exit code" };
        var follow = new Option<bool>("--follow") { Description = "Print the log as it grows, then exit with the task's exit code" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show what would be launched, and launch nothing" };
        var json = Shared.Json();

        var command = new VerbCommand(Name, "Launches a task in the background and prints its id. The task outlives this terminal.")
        {
            Examples =
            [
                "awoc run \"research:How others do rate limits\" research.md sonnet 5000 600",
                "awoc run code-review review.md --agent claude --tokens 8000 --wait",
                "id=$(awoc run \"Why does the build fail?\" --context build.log)",
                "git diff | awoc run code-review:- review.md",
                "awoc run custom:@plan.txt --follow",
                "awoc run \"custom:make test\" --agent command --timeout 20m",
            ],
        };
        foreach (var argument in (Argument[])[task, output, modelAt, tokensAt, timeoutAt]) command.Arguments.Add(argument);
        foreach (var option in (Option[])[agent, model, tokens, timeout, .. limits.All, .. contract.All, .. queue.All, cwd, context, name, group, overwrite, allowOutside, integrate, wait, follow, dryRun, json])
            command.Options.Add(option);

        command.SetAction(async (parsed, token) =>
        {
            string?[] given = [.. ((Argument<string>[])[task, output, modelAt, tokensAt, timeoutAt]).Select(parsed.GetValue)];
            var positional = RunArguments.From(given);
            var directory = Paths.Absolute(parsed.GetValue(cwd));
            var environment = CallerEnvironment.Current();
            var request = new LaunchRequest
            {
                Task = await TaskText.ReadAsync(positional.Task, console, token),
                Output = positional.Output,
                Model = RunArguments.One("MODEL", positional.Model, "--model", parsed.GetValue(model)),
                Tokens = RunArguments.One("TOKENS", positional.Tokens, "--tokens", parsed.GetValue(tokens)),
                Timeout = RunArguments.One("TIMEOUT", positional.Timeout, "--timeout", parsed.GetValue(timeout)),
                Agent = parsed.GetValue(agent),
                Cwd = directory,
                Context = parsed.GetValue(context) ?? [],
                Name = parsed.GetValue(name),
                Group = parsed.GetValue(group),
                Overwrite = parsed.GetValue(overwrite),
                AllowOutside = parsed.GetValue(allowOutside),
                Integrate = parsed.GetValue(integrate),
                ParentSession = Shared.Session,
                Environment = environment.Plain,
                Secrets = environment.Secrets,
            };
            request = queue.Read(parsed, contract.Read(parsed, limits.Read(parsed, request)));
            if (parsed.GetValue(dryRun)) return await PreviewAsync(console, request, parsed.GetValue(json), token);
            return await LaunchAsync(console, request, parsed.GetValue(wait), parsed.GetValue(follow), parsed.GetValue(json), token);
        });
        return command;
    }

    private static async Task<int> PreviewAsync(CliConsole console, LaunchRequest request, bool json, CancellationToken token)
    {
        var preview = await console.Client().PreviewAsync(request, token);
        foreach (var notice in preview.Notices) console.Say(notice);
        if (json) JsonOut.Write(console, preview, WireJson.Default.LaunchPreview);
        else PreviewText.Write(console.Out, preview);
        return ExitCodes.Succeeded;
    }

    private static async Task<int> LaunchAsync(
        CliConsole console, LaunchRequest request, bool wait, bool follow, bool json, CancellationToken token)
    {
        var client = console.Client();
        var reply = await client.LaunchAsync(request, token);
        foreach (var notice in reply.Notices) console.Say(notice);

        var task = reply.Task;
        if (!json) console.Out.WriteLine(task.Id);
        await console.Out.FlushAsync(token);
        if (!wait && !follow)
        {
            if (json) JsonOut.Write(console, task, WireJson.Default.TaskView);
            return ExitCodes.Succeeded;
        }

        using var interrupt = new Interrupt();
        try
        {
            // Of a launch that is to answer in JSON, stdout belongs to the JSON: the log goes where words go.
            if (follow) await LogCopy.FollowAsync(
                client, console, task.Id, TaskLog.Execution, tail: null, json ? StandardStreams.OpenError() : console.Bytes, interrupt.Token);
            var progress = new Progress(console);
            var ended = await client.WaitAsync([task.Id], progress.Event, progress.Found, interrupt.Token).SingleAsync(interrupt.Token);
            ended = await Integrated.WaitAsync(console, client, ended, interrupt.Token);
            if (json) JsonOut.Write(console, ended, WireJson.Default.TaskView);
            Ending.Say(console, ended);
            return Ending.ExitCode(ended);
        }
        catch (OperationCanceledException) when (interrupt.Happened)
        {
            if (json) JsonOut.Write(console, task, WireJson.Default.TaskView);
            return Ending.Detached(console, task.Id);
        }
    }

    private static Argument<string> Optional(string name, string description) =>
        new(name) { Description = description, Arity = ArgumentArity.ZeroOrOne };

    private static Option<string> Flag(string name, string value, string description) => new(name) { HelpName = value, Description = description };
}
