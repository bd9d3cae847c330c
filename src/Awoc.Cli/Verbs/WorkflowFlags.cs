using System.CommandLine;
using Awoc.Cli.CommandLine;

namespace Awoc.Cli.Verbs;

/// <summary>The flags that all verbs on a workflow file have.</summary>
internal sealed class WorkflowFlags
{
    private readonly Option<string[]> _input = new("--input") { HelpName = "NAME=VALUE", Description = "An input of the workflow; may be given several times" };
    private readonly Option<string> _cwd = new("--cwd") { HelpName = "DIR", Description = "The directory to work in, which paths in the file are relative to; else this one" };

    public IReadOnlyList<Option> All => [_input, _cwd];

    public string Directory(ParseResult parsed) => Paths.Absolute(parsed.GetValue(_cwd));

    public Dictionary<string, string> Inputs(ParseResult parsed)
    {
        Dictionary<string, string> inputs = new(StringComparer.Ordinal);
        foreach (var given in parsed.GetValue(_input) ?? [])
        {
            var equals = given.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) throw new UsageException($"--input '{given}': write NAME=VALUE.");
            if (!inputs.TryAdd(given[..equals], given[(equals + 1)..])) throw new UsageException($"--input {given[..equals]} is given twice.");
        }

        return inputs;
    }
}
