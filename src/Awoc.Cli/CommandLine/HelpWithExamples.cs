using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Awoc.Cli.CommandLine;

/// <summary>The library's help, and below it how the verb is used.</summary>
internal sealed class HelpWithExamples : SynchronousCommandLineAction
{
    private readonly HelpAction _help = new() { MaxWidth = 120 };

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        _help.Invoke(parseResult);
        var writer = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is VerbCommand { Examples.Length: > 0 } verb)
        {
            writer.WriteLine("Examples:");
            foreach (var example in verb.Examples) writer.WriteLine($"  {example}");
            writer.WriteLine();
        }

        return 0;
    }
}
