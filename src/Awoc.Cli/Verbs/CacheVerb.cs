using System.CommandLine;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Cli.Views;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary><c>awoc cache</c>: what tasks share.</summary>
internal static class CacheVerb
{
    public static VerbCommand Build(CliConsole console)
    {
        var command = new VerbCommand(
            "cache", "Prepares what tasks of a type share in a repository (a map of it, and what matters to the type), and writes it to the provider's cache.")
        {
            Examples =
            [
                "awoc cache warm api-research code-analysis testing documentation",
                "awoc cache warm code-review --cwd ~/project --agent builtin --model sonnet --hour",
                "awoc cache list",
                "awoc cache clear testing",
                "awoc cache clear --all",
            ],
        };
        command.Subcommands.Add(Warm(console));
        command.Subcommands.Add(List(console));
        command.Subcommands.Add(Clear(console));
        return command;
    }

    private static VerbCommand Warm(CliConsole console)
    {
        var types = new Argument<string[]>("TYPE") { Description = "Task types", Arity = ArgumentArity.OneOrMore };
        var cwd = new Option<string>("--cwd") { HelpName = "DIR", Description = "A directory of the repository; else this one" };
        var agent = new Option<string>("--agent") { HelpName = "NAME", Description = "Whose requests are to begin so; else the agent that a launch would take" };
        var model = new Option<string>("--model") { HelpName = "NAME", Description = "Its model; else the configured one" };
        var hour = new Option<bool>("--hour") { Description = "Have the provider keep it for an hour, which costs more to write; else for five minutes after its last use" };
        var local = new Option<bool>("--local") { Description = "Prepare only, and ask no provider" };
        var json = Shared.Json();
        var command = new VerbCommand("warm", "Prepares the context of task types, and has the provider read it with one request for one token. Costs what writing it to the cache costs.")
        {
            Examples = ["awoc cache warm api-research code-analysis testing documentation", "awoc cache warm testing --local"],
        };
        command.Arguments.Add(types);
        foreach (var option in (Option[])[cwd, agent, model, hour, local, json]) command.Options.Add(option);
        command.SetAction(async (parsed, token) =>
        {
            var environment = CallerEnvironment.Current();
            var reply = await console.Client().WarmCacheAsync(
                new CacheWarmRequest
                {
                    Types = parsed.GetValue(types) ?? [],
                    Cwd = Paths.Absolute(parsed.GetValue(cwd)),
                    Agent = parsed.GetValue(agent),
                    Model = parsed.GetValue(model),
                    Hour = parsed.GetValue(hour),
                    Local = parsed.GetValue(local),
                    Environment = environment.Plain,
                    Secrets = environment.Secrets,
                },
                token);
            if (parsed.GetValue(json)) JsonOut.Write(console, reply, WireJson.Default.CacheWarmReply);
            else CacheText.Write(console.Out, reply);
            foreach (var notice in reply.Notices) console.Say(notice);
            if (reply.Provider?.Error is not { } error) return ExitCodes.Succeeded;
            console.Say($"the provider's cache was not written: {error}");
            return ExitCodes.Failed;
        });
        return command;
    }

    private static VerbCommand List(CliConsole console)
    {
        var json = Shared.Json();
        var command = new VerbCommand("list", "Lists prepared contexts, and whether the repository is still what it was. A changed one is made again when it is used.")
        {
            Examples = ["awoc cache list", "awoc cache list --json | jq '.contexts[].tokens'"],
        };
        command.Options.Add(json);
        command.SetAction(async (parsed, token) =>
        {
            var list = await console.Client().CacheAsync(token);
            if (parsed.GetValue(json)) JsonOut.Write(console, list, WireJson.Default.CacheList);
            else CacheText.Write(console.Out, list.Contexts);
            if (list.Contexts.Count == 0) console.Say("nothing is prepared; begin with: awoc cache warm TYPE");
            return ExitCodes.Succeeded;
        });
        return command;
    }

    private static VerbCommand Clear(CliConsole console)
    {
        var types = new Argument<string[]>("TYPE") { Description = "Task types, whose contexts of this repository are taken away", Arity = ArgumentArity.ZeroOrMore };
        var cwd = new Option<string>("--cwd") { HelpName = "DIR", Description = "A directory of the repository; else this one" };
        var all = new Option<bool>("--all") { Description = "All there are, of every repository" };
        var json = Shared.Json();
        var command = new VerbCommand("clear", "Takes prepared contexts away: tasks start without them from then on. What the provider keeps ends by itself.")
        {
            Examples = ["awoc cache clear testing documentation", "awoc cache clear --all"],
        };
        command.Arguments.Add(types);
        foreach (var option in (Option[])[cwd, all, json]) command.Options.Add(option);
        command.SetAction(async (parsed, token) =>
        {
            var cleared = await console.Client().ClearCacheAsync(
                new CacheClearRequest(parsed.GetValue(types) ?? [], Paths.Absolute(parsed.GetValue(cwd)), parsed.GetValue(all)), token);
            if (parsed.GetValue(json)) JsonOut.Write(console, cleared, WireJson.Default.CacheList);
            foreach (var context in cleared.Contexts) console.Say($"cleared {context.Type} of {context.Directory}");
            if (cleared.Contexts.Count == 0) console.Say("there was nothing to clear");
            return ExitCodes.Succeeded;
        });
        return command;
    }
}
