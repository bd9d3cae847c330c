using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Awoc.Cli.Terminal;

namespace Awoc.Cli.CommandLine;

/// <summary>Says what is wrong with a command line, all at once and in our words.</summary>
internal static class UsageCheck
{
    public static void Throw(ParseResult parsed)
    {
        if (parsed.Action is HelpWithExamples) return;
        var command = parsed.CommandResult.Command;
        List<string> lines = [.. UnknownFlags(parsed, command)];
        if (lines.Count == 0) lines.AddRange(parsed.Errors.Select(e => Sentence(e, command)).Distinct());
        if (lines.Count == 0) return;
        lines.Add($"`awoc {Path(command)} --help` has its arguments and flags.");
        throw new UsageException(lines);
    }

    /// <summary>
    /// The library takes a flag it does not know for an argument where one is still free: <c>awoc run --modle opus</c> would
    /// be a task of the name <c>--modle</c>.
    /// </summary>
    private static IEnumerable<string> UnknownFlags(ParseResult parsed, Command command)
    {
        var isValue = false;
        foreach (var token in parsed.Tokens)
        {
            if (token.Type == TokenType.DoubleDash) yield break;
            if (token.Type == TokenType.Argument && !isValue && LooksLikeFlag(token.Value))
                yield return UnknownFlag(token.Value, command);
            isValue = token.Type == TokenType.Option && Find(command, token.Value) is { Arity.MaximumNumberOfValues: > 0 };
        }
    }

    /// <summary>A dash alone is stdin, and <c>-5</c> a number that the daemon refuses with a better sentence.</summary>
    private static bool LooksLikeFlag(string text) => text.Length > 1 && text[0] == '-' && !char.IsAsciiDigit(text[1]);

    private static string UnknownFlag(string text, Command command)
    {
        var flag = Printable.Cut(Printable.Line(text.Split('=')[0]), 60);
        var hint = Nearest.Hint(flag, command.Options.SelectMany(o => o.Aliases.Append(o.Name)).Append("--help"));
        return $"`awoc {Path(command)}` has no flag '{flag}'.{hint} Text that begins with a dash goes after `--`.";
    }

    private static Option? Find(Command command, string name) => command.Options.FirstOrDefault(o => o.Name == name || o.Aliases.Contains(name));

    private static string Sentence(ParseError error, Command command)
    {
        if (error.SymbolResult is CommandResult { Command.Subcommands: { Count: > 0 } nouns } && command.Subcommands.Count > 0)
        {
            var names = string.Join(", ", nouns.Select(n => n.Name));
            return UnmatchedWord(error) is { } word
                ? $"`awoc {Path(command)}` does not know '{word}'.{Nearest.Hint(word, nouns.Select(n => n.Name))} It takes one of: {names}."
                : $"`awoc {Path(command)}` takes one of: {names}.";
        }

        if (error.SymbolResult is ArgumentResult { Tokens.Count: 0, Argument: { } missing } && missing.Arity.MinimumNumberOfValues > 0)
            return $"{missing.HelpName ?? missing.Name} is missing.";
        if (UnmatchedWord(error) is { } extra) return $"'{extra}' is one argument too many. Text with spaces goes in quotes.";
        return Printable.Line(error.Message);
    }

    private static string? UnmatchedWord(ParseError error)
    {
        if (error.SymbolResult is not CommandResult) return null;
        var quote = error.Message.IndexOf('\'', StringComparison.Ordinal);
        var end = error.Message.LastIndexOf('\'');
        return quote >= 0 && end > quote ? Printable.Cut(Printable.Line(error.Message[(quote + 1)..end]), 60) : null;
    }

    private static string Path(Command command)
    {
        List<string> names = [];
        for (Symbol? at = command; at is not null and not RootCommand; at = at.Parents.FirstOrDefault()) names.Insert(0, at.Name);
        return string.Join(' ', names);
    }
}
