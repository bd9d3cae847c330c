using System.CommandLine;

namespace Awoc.Cli.Verbs;

/// <summary>What several verbs have.</summary>
internal static class Shared
{
    /// <summary>The session that this program was called from, as Claude Code's plugin sets it.</summary>
    public static string? Session => Environment.GetEnvironmentVariable("AWOC_SESSION_ID") is { Length: > 0 } session ? session : null;

    public static Option<bool> Json() => new("--json") { Description = "Print JSON, as docs/cli.md specifies it" };

    public static Argument<string> Id() => new("ID") { Description = "A task: its id, the beginning of it, its name, or @last" };

    public static Argument<string[]> Ids(ArgumentArity arity) =>
        new("ID") { Description = "Tasks: ids, beginnings of them, names, or @last", Arity = arity };
}
