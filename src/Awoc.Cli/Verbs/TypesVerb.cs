using System.CommandLine;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Cli.Views;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary><c>awoc types</c>.</summary>
internal static class TypesVerb
{
    public static VerbCommand Build(CliConsole console)
    {
        var command = new VerbCommand("types", "Shows the task types there are, and helps to write your own: in a project's .awoc/types or in your config.yaml.")
        {
            Examples =
            [
                "awoc types list",
                "awoc types show research",
                "awoc types new price-check --from research",
                "awoc types validate",
                "awoc run \"price-check:Object storage\" prices.md",
            ],
        };
        command.Subcommands.Add(List(console));
        command.Subcommands.Add(Show(console));
        command.Subcommands.Add(New(console));
        command.Subcommands.Add(Validate(console));
        return command;
    }

    private static VerbCommand List(CliConsole console)
    {
        var json = Shared.Json();
        var command = new VerbCommand("list", "Lists every task type: where it is defined, how its result is integrated, what it is about.")
        {
            Examples = ["awoc types list", "awoc types list --json | jq -r '.types[].name'"],
        };
        command.Options.Add(json);
        command.SetAction(async (parsed, token) =>
        {
            var types = await console.Client().TypesAsync(Paths.Absolute(null), token);
            if (parsed.GetValue(json)) JsonOut.Write(console, types, WireJson.Default.TypeList);
            else TypeText.WriteList(console.Out, types.Types);
            return ExitCodes.Succeeded;
        });
        return command;
    }

    private static VerbCommand Show(CliConsole console)
    {
        var name = new Argument<string>("NAME") { Description = "A task type" };
        var json = Shared.Json();
        var command = new VerbCommand("show", "Shows a task type whole, with the prompt that it makes.") { Examples = ["awoc types show security-analysis"] };
        command.Arguments.Add(name);
        command.Options.Add(json);
        command.SetAction(async (parsed, token) =>
        {
            var type = await console.Client().TypeAsync(parsed.GetValue(name)!, Paths.Absolute(null), token);
            if (parsed.GetValue(json)) JsonOut.Write(console, type, WireJson.Default.TypeView);
            else TypeText.Write(console.Out, type);
            return type.Faults.Count == 0 ? ExitCodes.Succeeded : ExitCodes.Failed;
        });
        return command;
    }

    private static VerbCommand New(CliConsole console)
    {
        var name = new Argument<string>("NAME") { Description = "What it is to be called" };
        var from = new Option<string>("--from") { HelpName = "TYPE", Description = "The type it builds upon; else custom, or the type of that name" };
        var json = Shared.Json();
        var command = new VerbCommand("new", "Begins a task type of this project: writes .awoc/types/NAME.md, which holds as it stands.")
        {
            Examples = ["awoc types new price-check --from research", "awoc types new research"],
        };
        command.Arguments.Add(name);
        command.Options.Add(from);
        command.Options.Add(json);
        command.SetAction(async (parsed, token) =>
        {
            var draft = await console.Client().DraftTypeAsync(parsed.GetValue(name)!, parsed.GetValue(from), Paths.Absolute(null), token);
            await WriteAsync(draft, token);
            if (parsed.GetValue(json)) JsonOut.Write(console, draft, WireJson.Default.TypeDraftView);
            else console.Out.WriteLine(draft.Path);
            return ExitCodes.Succeeded;
        });
        return command;
    }

    private static VerbCommand Validate(CliConsole console)
    {
        var files = new Argument<string[]>("FILE") { Description = "Definitions to look at; else all of the project and of your config.yaml", Arity = ArgumentArity.ZeroOrMore };
        var json = Shared.Json();
        var command = new VerbCommand("validate", "Looks for faults in type definitions, and ends with 1 when there are any.")
        {
            Examples = ["awoc types validate", "awoc types validate .awoc/types/price-check.md"],
        };
        command.Arguments.Add(files);
        command.Options.Add(json);
        command.SetAction(async (parsed, token) =>
        {
            var given = (parsed.GetValue(files) ?? []).Select(Paths.Absolute).ToList();
            var check = await console.Client().CheckTypesAsync(Paths.Absolute(null), given, token);
            if (parsed.GetValue(json)) JsonOut.Write(console, check, WireJson.Default.TypeCheck);
            foreach (var fault in check.Faults)
            {
                if (!parsed.GetValue(json)) console.Out.WriteLine(Printable.Line($"{fault.Path}:{fault.Line}: {fault.Message}"));
            }

            if (check.Faults.Count > 0) return ExitCodes.Failed;
            console.Say(check.Checked.Count == 0
                ? "there are no task types but the built-in ones; begin one with: awoc types new NAME"
                : $"no faults in {string.Join(", ", check.Checked)}");
            return ExitCodes.Succeeded;
        });
        return command;
    }

    private static async Task WriteAsync(TypeDraftView draft, CancellationToken token)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(draft.Path)!);
            await using var file = new FileStream(draft.Path, FileMode.CreateNew);
            await file.WriteAsync(System.Text.Encoding.UTF8.GetBytes(draft.Text), token);
        }
        catch (IOException) when (File.Exists(draft.Path))
        {
            throw new UsageException($"{draft.Path} exists already, and is left as it is: name the type otherwise, or change the file.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{draft.Path} cannot be written: {e.Message}");
        }
    }
}
