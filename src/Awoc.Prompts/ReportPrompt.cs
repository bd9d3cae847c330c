using System.Globalization;
using System.Text;
using Awoc.Core.Prompts;
using Awoc.Core.Tasks;
using Awoc.Prompts.Catalog;

namespace Awoc.Prompts;

/// <summary>
/// The message that begins an attempt's last turn: the work is stopped, what there is becomes the report. The first line and the
/// heading <c>Expected Output Format</c> are a format: the rehearsal's planner reads them.
/// </summary>
public static class ReportPrompt
{
    /// <summary>How the message begins, whatever budget is spent.</summary>
    public const string Opening = "AWOC: the work is stopped.";

    private const double WordsPerToken = 0.6;

    /// <param name="limit">The budget that is spent.</param>
    /// <param name="tokensLeft">What the report may use.</param>
    /// <param name="timeLeft">Until the attempt is ended whatever it does; null where time is not what is short.</param>
    public static string Build(TaskSpec spec, EndReason limit, long tokensLeft, TimeSpan? timeLeft)
    {
        var words = Math.Max(1, (long)(tokensLeft * WordsPerToken));
        var text = new StringBuilder(2048);
        text.Append(CultureInfo.InvariantCulture, $"{Opening} {Spent(limit)} is spent. {tokensLeft} tokens are left, for one last answer: your report.\n");
        if (timeLeft is { } time)
            text.Append(CultureInfo.InvariantCulture, $"There are {Math.Max(1, (long)time.TotalSeconds)} seconds for it, after which you are stopped wherever you are.\n");
        text.Append(CultureInfo.InvariantCulture, $"""

            Write the report now, in about {words} words, from what you know already.
            - Use no tools: calls are refused.
            - Your answer's text itself is the document and nothing else: no greeting, no remark before or after it, no code fence around it.
            - It is the whole document from its first line on, also where you had written a part of it to a file before.
            - Put what matters most first: the answer is cut off when the tokens are used up.
            - Say in it what is missing because the budget was spent, and what you would have looked at next. Invent nothing.


            """);
        TaskPrompt.AppendFormat(text, TaskTypeCatalog.Of(spec).Method, OutputFormats.Of(spec.Output));
        return text.ToString().TrimEnd('\n');
    }

    private static string Spent(EndReason limit) => limit switch
    {
        EndReason.Deadline => "The time for the work",
        EndReason.InputTokens => "The budget of input tokens for the work",
        EndReason.Cost => "The money for the work",
        EndReason.Turns => "The number of turns for the work",
        _ => "The token budget for the work",
    };
}
