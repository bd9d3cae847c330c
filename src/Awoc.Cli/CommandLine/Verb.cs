using System.CommandLine;
using Awoc.Cli.Terminal;

namespace Awoc.Cli.CommandLine;

/// <summary>A verb as the table of verbs knows it: its options are built only when it is the one that was called.</summary>
/// <param name="Name">As it is typed.</param>
/// <param name="Summary">One line for the list of verbs.</param>
/// <param name="Build">Makes the command with its arguments, options and action; null for a verb of another program.</param>
internal sealed record Verb(string Name, string Summary, Func<CliConsole, VerbCommand>? Build)
{
    /// <summary>The seed's names for it.</summary>
    public string[] Aliases { get; init; } = [];

    public bool Answers(string name) => Name == name || Array.IndexOf(Aliases, name) >= 0;

    public VerbCommand Command(CliConsole console)
    {
        var command = Build!(console);
        foreach (var alias in Aliases) command.Aliases.Add(alias);
        return command;
    }
}

/// <summary>A command that knows how it is used.</summary>
internal sealed class VerbCommand(string name, string description) : Command(name, description)
{
    /// <summary>Lines of the help's last section, each a command line with a word on it.</summary>
    public string[] Examples { get; init; } = [];
}
