namespace Awoc.Cli.CommandLine;

/// <summary>What <c>awoc --help</c> prints. It is written from the table alone: no verb is built for it.</summary>
internal static class RootHelp
{
    public const string Purpose = "Background AI agents you can trust: each kept inside a budget, every result brought home.";

    public static void Write(TextWriter writer)
    {
        writer.WriteLine(Purpose);
        writer.WriteLine();
        writer.WriteLine("Usage: awoc VERB [ARGUMENTS] [FLAGS]");
        writer.WriteLine();
        foreach (var verb in VerbTable.All)
        {
            var alias = verb.Aliases.Length == 0 ? "" : $" (also {string.Join(", ", verb.Aliases)})";
            writer.WriteLine($"  {verb.Name,-10} {verb.Summary}{alias}");
        }

        writer.WriteLine();
        writer.WriteLine("""
            `awoc VERB --help` has a verb's arguments, flags and examples; `awoc --version` the version.
            An ID is a task's id, the beginning of it or of its random part, its name, or @last.

              awoc run "research:How others do rate limits" research.md sonnet 5000 600
              awoc status
              awoc wait @last && awoc output @last
            """);
    }
}
