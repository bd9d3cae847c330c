namespace Awoc.EndToEnd.Endings;

/// <summary>Ends of commands.</summary>
internal static class CommandEndings
{
    public static EndingRow[] Rows { get; } =
    [
        Command("Exit code 0 with output", "echo done", "succeeded", null, "complete"),
        Command("Exit code 0 without output", "true", "succeeded", null, "none") with { Output = null },
        Command("Exit code 3", "echo begun; exit 3", "failed", "command_failed", "partial") with { Says = ["xit code 3"] },
        Command("A command that does not exist", "no-such-command", "failed", "command_failed", "none") with { Says = ["not found"] },
        Command("Killed by a signal", "echo begun; kill -9 $$", "failed", "command_failed", "partial") with { Says = ["signal 9"] },
        Command("Still running at the deadline", "echo begun; sleep 1000", "timed_out", "deadline", "partial") with { Flags = ["--timeout", "1"] },
        Command("Says nothing and does nothing, until it counts as hung", "echo begun; sleep 1000", "failed", "stalled", "partial") with { Flags = ["--stall-timeout", "1"] },
        Command("Canceled", "echo begun; sleep 1000", "canceled", "user", "partial") with
        {
            Meanwhile = async row =>
            {
                await TestKit.Eventually.TrueAsync(
                    () => File.Exists(Path.Combine(row.Attempt, "events.jsonl")) && new FileInfo(Path.Combine(row.Attempt, "events.jsonl")).Length > 0,
                    TimeSpan.FromSeconds(30), "the first line");
                await row.Bench.Awoc.AwocAsync("cancel", row.Id);
            },
        },
        Command("The output's directory is a file by the time of delivery", "rmdir out && touch out; echo done", "failed", "delivery_failed", "complete") with { Output = "out/r.txt" },
    ];

    private static EndingRow Command(string way, string work, string outcome, string? reason, string result) =>
        new("command", way, outcome, reason, result) { Work = work, Output = "r.txt" };
}
