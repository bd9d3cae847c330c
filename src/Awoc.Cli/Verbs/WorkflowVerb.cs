using System.CommandLine;
using System.Text;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Cli.Views;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary><c>awoc workflow</c>: files of tasks that wait for one another.</summary>
internal static class WorkflowVerb
{
    public static VerbCommand Build(CliConsole console)
    {
        var command = new VerbCommand("workflow", "Runs files of tasks that wait for one another, and looks at them. What succeeded before with the same inputs does not run again.")
        {
            Examples =
            [
                "awoc workflow validate feature.yaml",
                "awoc workflow graph feature.yaml --mermaid > feature.mmd",
                "awoc workflow run feature.yaml --input topic=login --wait",
                "awoc workflow status feature-development",
            ],
        };
        command.Subcommands.Add(WorkflowRunVerb.Build(console));
        command.Subcommands.Add(Validate(console));
        command.Subcommands.Add(Graph(console));
        command.Subcommands.Add(Status(console));
        return command;
    }

    private static VerbCommand Validate(CliConsole console)
    {
        var file = File();
        var flags = new WorkflowFlags();
        var json = Shared.Json();
        var command = new VerbCommand("validate", "Looks for faults in a workflow file, all of them at once, and ends with 2 when there are any.")
        {
            Examples = ["awoc workflow validate feature.yaml", "awoc workflow validate feature.yaml --json"],
        };
        command.Arguments.Add(file);
        foreach (var option in (Option[])[.. flags.All, json]) command.Options.Add(option);
        command.SetAction(async (parsed, token) =>
        {
            var (request, check) = await CheckAsync(console, parsed.GetValue(file)!, flags, parsed, token);
            if (parsed.GetValue(json)) JsonOut.Write(console, check, WireJson.Default.WorkflowCheckView);
            else WriteFaults(console, request.File, check);
            if (check.Faults.Count > 0) return ExitCodes.Usage;
            console.Say($"no faults in {request.File}: {check.Name}, {(check.Tasks.Count == 1 ? "1 task" : $"{check.Tasks.Count} tasks")}");
            return ExitCodes.Succeeded;
        });
        return command;
    }

    private static VerbCommand Graph(CliConsole console)
    {
        var file = File();
        var flags = new WorkflowFlags();
        var mermaid = new Option<bool>("--mermaid") { Description = "As a Mermaid flowchart, which GitHub and many editors draw" };
        var terminal = new Option<bool>("--terminal") { Description = "As text, level by level (default)" };
        var json = Shared.Json();
        var command = new VerbCommand("graph", "Shows which task of a workflow waits for which.")
        {
            Examples = ["awoc workflow graph feature.yaml", "awoc workflow graph feature.yaml --mermaid"],
        };
        command.Arguments.Add(file);
        foreach (var option in (Option[])[mermaid, terminal, .. flags.All, json]) command.Options.Add(option);
        command.SetAction(async (parsed, token) =>
        {
            if (parsed.GetValue(mermaid) && parsed.GetValue(terminal)) throw new UsageException("--mermaid and --terminal exclude each other.");
            var (request, check) = await CheckAsync(console, parsed.GetValue(file)!, flags, parsed, token);
            if (check.Faults.Count > 0)
            {
                WriteFaults(console, request.File, check);
                return ExitCodes.Usage;
            }

            if (parsed.GetValue(json)) JsonOut.Write(console, check, WireJson.Default.WorkflowCheckView);
            else if (parsed.GetValue(mermaid)) WorkflowText.WriteMermaid(console.Out, check);
            else WorkflowText.WriteLevels(console.Out, check);
            return ExitCodes.Succeeded;
        });
        return command;
    }

    private static VerbCommand Status(CliConsole console)
    {
        var name = new Argument<string>("NAME") { Description = "A workflow's name, as its file has it" };
        var json = Shared.Json();
        var command = new VerbCommand("status", "Shows the newest run of a workflow, step by step.") { Examples = ["awoc workflow status feature-development"] };
        command.Arguments.Add(name);
        command.Options.Add(json);
        command.SetAction(async (parsed, token) =>
        {
            var run = await console.Client().WorkflowAsync(parsed.GetValue(name)!, token);
            if (parsed.GetValue(json)) JsonOut.Write(console, run, WireJson.Default.WorkflowRunView);
            else WorkflowText.WriteSteps(console.Out, run);
            return ExitCodes.Succeeded;
        });
        return command;
    }

    public static Argument<string> File() => new("FILE") { Description = "A workflow: YAML, as docs/workflows.md describes it; - reads it from stdin" };

    /// <summary>The file as it stands, and where it runs.</summary>
    public static async Task<WorkflowRequest> ReadAsync(string file, WorkflowFlags flags, ParseResult parsed, CancellationToken token)
    {
        try
        {
            await using var stream = file == "-" ? Console.OpenStandardInput() : System.IO.File.OpenRead(file);
            using var text = new MemoryStream();
            await stream.CopyToAsync(text, token);
            var environment = CallerEnvironment.Current();
            return new WorkflowRequest
            {
                Text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(text.ToArray()).TrimStart('\uFEFF'),
                File = file == "-" ? "(stdin)" : file,
                Cwd = flags.Directory(parsed),
                Inputs = flags.Inputs(parsed),
                ParentSession = Shared.Session,
                Environment = environment.Plain,
                Secrets = environment.Secrets,
            };
        }
        catch (DecoderFallbackException)
        {
            throw new UsageException($"{file} is no text in UTF-8.");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(Directory.Exists(file) ? $"{file} is a directory: name a file in it." : $"{file} cannot be read: {unreadable.Message}");
        }
    }

    private static async Task<(WorkflowRequest Request, WorkflowCheckView Check)> CheckAsync(
        CliConsole console, string file, WorkflowFlags flags, ParseResult parsed, CancellationToken token)
    {
        var request = await ReadAsync(file, flags, parsed, token);
        return (request, await console.Client().CheckWorkflowAsync(request, token));
    }

    private static void WriteFaults(CliConsole console, string file, WorkflowCheckView check)
    {
        foreach (var fault in check.Faults) console.Out.WriteLine(Printable.Line($"{file}:{fault.Line}:{fault.Column}: {fault.What}"));
    }
}
