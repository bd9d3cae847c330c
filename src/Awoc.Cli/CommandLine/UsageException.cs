namespace Awoc.Cli.CommandLine;

/// <summary>The command line cannot be what somebody meant. Each line is one sentence; the program ends with exit code 2.</summary>
internal sealed class UsageException(params IReadOnlyList<string> lines) : Exception(string.Join(Environment.NewLine, lines))
{
    public IReadOnlyList<string> Lines { get; } = lines;
}
