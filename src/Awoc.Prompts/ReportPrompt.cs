using System.Globalization;
using Awoc.Core.Prompts;
using Awoc.Core.Tasks;
using Awoc.Prompts.Catalog;
using Awoc.Prompts.Templating;

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
        var values = new Dictionary<string, object>
        {
            ["opening"] = Opening,
            ["spent"] = Spent(limit),
            ["tokens"] = tokensLeft.ToString(CultureInfo.InvariantCulture),
            ["seconds"] = timeLeft is { } time ? Math.Max(1, (long)time.TotalSeconds).ToString(CultureInfo.InvariantCulture) : "",
            ["words"] = Math.Max(1, (long)(tokensLeft * WordsPerToken)).ToString(CultureInfo.InvariantCulture),
        };
        OutputFormatValues.AddTo(values, TaskTypeCatalog.Of(spec).Method, OutputFormats.Of(spec.Output));
        return Template.RenderEmbedded("report", values).TrimEnd('\n');
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
