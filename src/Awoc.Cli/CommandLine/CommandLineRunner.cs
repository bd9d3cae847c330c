using System.CommandLine;
using System.CommandLine.Help;
using Awoc.Cli.Terminal;
using Awoc.Cli.Verbs;
using Awoc.Client;

namespace Awoc.Cli.CommandLine;

/// <summary>From the words of the command line to an exit code: the one place that turns errors into sentences.</summary>
internal static class CommandLineRunner
{
    public static async Task<int> RunAsync(string[] args, CliConsole console)
    {
        try
        {
            if (!OperatingSystem.IsLinux()) throw AwocException.Unavailable(AwocHome.NotLinux);
            var code = await InvokeAsync(args, console);
            await console.Out.FlushAsync();
            return code;
        }
        catch (BrokenPipeException)
        {
            // Whoever read has read enough: `awoc status | head`.
            return ExitCodes.Succeeded;
        }
        catch (Exception e)
        {
            return ErrorReport.Write(console, e);
        }
    }

    private static Task<int> InvokeAsync(string[] args, CliConsole console)
    {
        if (args is ["--version"])
        {
            // Scripts call it in a loop: no verb is built for it.
            console.Out.WriteLine($"awoc {ClientVersion.Text}");
            return Task.FromResult(ExitCodes.Succeeded);
        }

        if (args is ["help", .. var about]) args = [.. about, "--help"];
        if (args is [] or ["--help" or "-h" or "-?", ..])
        {
            RootHelp.Write(console.Out);
            return Task.FromResult(ExitCodes.Succeeded);
        }

        // Its flags are the daemon program's own.
        if (args is [RehearseVerb.Name, .. var rest]) RehearseVerb.Become(console, rest);
        if (args is ["--version", ..]) throw new UsageException("'--version' stands alone.");

        var verb = VerbTable.Find(args[0]) ?? throw UnknownVerb(args[0]);
        return InvokeAsync(Root(verb, console), verb.Name == RunVerb.Name ? RunVerb.WithoutAmpersand(args) : args, console);
    }

    private static Task<int> InvokeAsync(RootCommand root, string[] args, CliConsole console)
    {
        // Nothing is read from files behind the user's back: @last is a task, @notes.txt a description.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        UsageCheck.Throw(parsed);
        return parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = console.Out,
            Error = console.Error,
            EnableDefaultExceptionHandler = false,
            // Ctrl-C is each verb's own affair: it detaches.
            ProcessTerminationTimeout = null,
        });
    }

    private static RootCommand Root(Verb verb, CliConsole console)
    {
        var root = new RootCommand(RootHelp.Purpose);
        root.Directives.Clear();
        foreach (var option in root.Options.ToList())
        {
            if (option is HelpOption help) help.Action = new HelpWithExamples();
            else root.Options.Remove(option);
        }

        root.Subcommands.Add(verb.Command(console));
        return root;
    }

    private static UsageException UnknownVerb(string word) =>
        word.StartsWith('-')
            ? new($"There is no flag '{Printable.Line(word)}' before the verb.{Nearest.Hint(word, ["--help", "--version"])} `awoc --help` lists the verbs.")
            : new($"There is no verb '{Printable.Cut(Printable.Line(word), 60)}'.{Nearest.Hint(word, VerbTable.All.SelectMany(v => v.Aliases.Append(v.Name)))} `awoc --help` lists the verbs.");
}
