using Awoc.Cli.Views;

namespace Awoc.Cli.Tests.Views;

public class TaskTableTests
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UnixEpoch.AddSeconds(75);

    [Fact]
    public void WritePlain_EachKindOfTask_IsAlignedAndPlain()
    {
        var running = FakeDaemon.NewTask("1763876543-aaaaaaaaaaaa");
        var queued = FakeDaemon.NewTask("1763876543-bbbbbbbbbbbb", "queued") with { Name = "nightly", Model = null, StartedAt = null };
        var partial = FakeDaemon.NewTask("1763876543-cccccccccccc", "ended") with
        {
            Outcome = "timed_out",
            Reason = "deadline",
            Result = "partial",
            ResultPath = "/src/project/part.md",
            RunMs = 600_000,
        };
        var rehearsed = FakeDaemon.NewTask("1763876543-dddddddddddd", "ended") with
        {
            Outcome = "succeeded",
            Reason = null,
            Result = "complete",
            Rehearsal = true,
            Output = "/elsewhere/out.md",
            Delivered = true,
            RunMs = 4_250,
            Description = "a\u001b[31m red\nline",
        };
        var writer = new StringWriter { NewLine = "\n" };

        TaskTable.WritePlain(writer, new[] { running, queued, partial, rehearsed }.Select(t => TaskRow.Of(t, s_now, "/src/project")));

        Assert.Equal(
            """
            ID            TASK                        STATE                 AGENT               MODEL   TOKENS       TIME    OUTPUT
            aaaaaaaaaaaa  research: how others do it  running               claude              sonnet  1,234/5,000  1m15s   -
            bbbbbbbbbbbb  nightly                     queued                claude              -       -            -       -
            cccccccccccc  research: how others do it  timed_out (deadline)  claude              sonnet  1,234/5,000  10m00s  part.md (partial)
            dddddddddddd  research: a [31m red line   succeeded             claude (rehearsal)  sonnet  1,234/5,000  4.2s    /elsewhere/out.md

            """,
            writer.ToString());
    }

    [Theory]
    [InlineData(0, "0.0s")]
    [InlineData(9_999, "9.9s")]
    [InlineData(59_999, "59s")]
    [InlineData(3_599_000, "59m59s")]
    [InlineData(7_620_000, "2h07m")]
    [InlineData(273_600_000, "3d04h")]
    public void Duration_Milliseconds_ReadsWell(long milliseconds, string text) => Assert.Equal(text, Figures.Duration(milliseconds));

    [Theory]
    [InlineData(99_999, "99,999")]
    [InlineData(123_456, "123k")]
    [InlineData(1_250_000, "1.2M")]
    public void Count_Number_ReadsWell(long number, string text) => Assert.Equal(text, Figures.Count(number));
}
