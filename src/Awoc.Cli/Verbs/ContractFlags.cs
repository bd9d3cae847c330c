using System.CommandLine;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary>The flags of <c>awoc run</c> for what the result is held against.</summary>
internal sealed class ContractFlags
{
    private readonly Option<string> _schema = new("--schema") { HelpName = "FILE", Description = "A JSON Schema (draft 2020-12) for a .json OUTPUT, in place of the type's" };
    private readonly Option<bool> _strict = new("--strict") { Description = "A path, line or quote in the result that does not exist breaks its contract" };
    private readonly Option<string> _mends = new("--mends") { HelpName = "N", Description = "How often the agent is asked to mend a result that breaks its contract; else 1; 0 for never" };

    public IReadOnlyList<Option> All => [_schema, _strict, _mends];

    public LaunchRequest Read(ParseResult parsed, LaunchRequest request) => request with
    {
        Schema = parsed.GetValue(_schema),
        Strict = parsed.GetValue(_strict),
        Mends = parsed.GetValue(_mends),
    };
}
