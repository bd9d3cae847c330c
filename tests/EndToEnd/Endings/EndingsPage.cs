using System.Text;
using System.Text.RegularExpressions;
using Awoc.TestKit;

namespace Awoc.EndToEnd.Endings;

/// <summary><c>docs/endings.md</c>, as it is to be by the code and by what the rows showed.</summary>
internal static partial class EndingsPage
{
    public static string Path { get; } = System.IO.Path.Combine(Binaries.Root, "docs", "endings.md");

    public static string Text(IReadOnlyList<ObservedRow> rows)
    {
        var page = new StringBuilder();
        page.Append(
            """
            # How a task ends

            Generated from `tests/EndToEnd/Endings`, which runs each way below for real (Claude Code 2.1.197, the built-in agent, commands, against the rehearsal server) and fails when this page is not what was seen. To write it anew: `AWOC_WRITE_DOCS=1`, then run that test.

            One finalizer judges every end from its evidence: the shim's record (exit code or signal, and who stopped it), the agent's stream (its end event, failed model calls, refused tools, calls cut in their arguments, sub-agents), standard error, and the gateway's record. All of it and the verdict are kept in `tasks/ID/attempts/N/evidence.json`.

            - What a person or a limit did outranks what the agent says of its end; an answer that was there before the deadline outranks the deadline; the gateway's record of a spent budget outranks everything.
            - A success needs exit code 0, a result without `is_error`, an output, and a model that was called. A refused tool on the way is noted in the detail of a success.
            - What was produced is kept whatever the outcome: the result is then `partial`.

            ## Reasons
            The vocabulary is closed. A success has no reason.

            | reason | |
            |---|---|

            """);
        foreach (var (reason, meaning) in Reasons()) page.Append($"| `{reason}` | {meaning} |\n");
        page.Append(
            """

            ## Ways to end
            "Retried": what recovery does by itself at the first such end, with nothing configured; `auto` is `--on-failure auto`, where that
            does otherwise. A runner that dies three times in a row ends its task with `poisoned`. A closed usage window is no end: the agent is
            interrupted and goes on when it opens ([quotas](quotas.md)).

            | what happens | agent | evidence | outcome | reason | result | retried |
            |---|---|---|---|---|---|---|

            """);
        foreach (var row in rows)
            page.Append($"| {row.Row.Way} | {row.Row.Agent} | {row.Evidence} | {row.Outcome} | {(row.Reason is null ? "" : $"`{row.Reason}`")} | {row.Result} | {Retries.Of(row)} |\n");
        return page.ToString();
    }

    /// <summary>Each reason with its meaning, by the enum's own documentation.</summary>
    public static IEnumerable<(string Reason, string Meaning)> Reasons()
    {
        var source = File.ReadAllText(System.IO.Path.Combine(Binaries.Root, "src", "Awoc.Core", "Tasks", "Axes.cs"));
        var members = source[source.IndexOf("public enum EndReason", StringComparison.Ordinal)..];
        return Member().Matches(members).Select(m => (
            System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(m.Groups["name"].Value), m.Groups["meaning"].Value));
    }

    [GeneratedRegex(@"/// <summary>(?<meaning>.*)</summary>\n    (?<name>\w+),")]
    private static partial Regex Member();
}
