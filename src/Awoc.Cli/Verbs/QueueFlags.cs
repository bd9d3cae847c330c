using System.CommandLine;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary>The flags of <c>awoc run</c> for where a task waits.</summary>
internal sealed class QueueFlags
{
    private readonly Option<string> _queue = new("--queue") { HelpName = "NAME", Description = "The queue it waits in; else default. A new name makes a queue" };
    private readonly Option<string> _priority = new("--priority") { HelpName = "N", Description = "-100 to 100: higher starts earlier; ten minutes of waiting make up for one. Else 0" };

    public IReadOnlyList<Option> All => [_queue, _priority];

    public LaunchRequest Read(ParseResult parsed, LaunchRequest request) => request with
    {
        Queue = parsed.GetValue(_queue),
        Priority = parsed.GetValue(_priority),
    };
}
