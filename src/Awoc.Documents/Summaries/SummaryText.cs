using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Awoc.Documents.Integration;

namespace Awoc.Documents.Summaries;

/// <summary>A summary as text.</summary>
internal static class SummaryText
{
    // What is no ASCII stays readable; what a browser would take for markup is nobody's concern in a JSON file.
    private static readonly JsonWriterOptions s_readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] s_swallowing = ["<pre", "<script", "<style", "<textarea"];

    public static List<string> Markdown(ResultSummary summary, int level)
    {
        List<string> lines = [];
        foreach (var part in summary.Parts)
        {
            if (lines.Count > 0) lines.Add("");
            if (summary.Parts.Count > 1) lines.AddRange([$"{new string('#', level)} {part.Section.Name}", ""]);
            AddPoints(lines, part with { Points = [.. part.Points.Select(p => p with { Text = Inline(p.Text) })] });
        }

        return lines;
    }

    /// <summary>What would start a block of its own, such as a fence that a JSON value happens to begin with, is escaped.</summary>
    private static string Inline(string text)
    {
        var starts = text is ['#' or '>' or '|' or '=' or '~', ..] or ['-' or '+' or '*', ' ', ..] || text.StartsWith("```", StringComparison.Ordinal)
            || text.StartsWith("---", StringComparison.Ordinal) || text.StartsWith("***", StringComparison.Ordinal) || text.StartsWith("___", StringComparison.Ordinal)
            || text is ['<', '!' or '?' or '/', ..]
            || s_swallowing.Any(e => text.StartsWith(e, StringComparison.OrdinalIgnoreCase));
        return starts ? "\\" + text : text;
    }

    public static List<string> Plain(ResultSummary summary, ResultOrigin origin)
    {
        List<string> lines = [$"{Marks.Title(origin)}: key points ({Marks.Day(origin)}, task {origin.Task.Handle}, {Marks.Words(origin.Outcome)})", ""];
        foreach (var part in summary.Parts)
        {
            lines.Add($"{part.Section.Name}:");
            AddPoints(lines, part);
            lines.Add("");
        }

        lines.Add(Closing(summary, $"The whole result: {origin.Link}"));
        return lines;
    }

    /// <summary>Says that there is more.</summary>
    public static string Closing(ResultSummary summary, string link) =>
        summary.LeftOut == 0 ? link : $"{link} ({summary.LeftOut} more {(summary.LeftOut == 1 ? "point" : "points")})";

    /// <summary>An object with the sections' keys.</summary>
    /// <param name="source">The way to the whole result; null leaves it out.</param>
    public static string Json(ResultSummary summary, string? source)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, s_readable))
        {
            writer.WriteStartObject();
            foreach (var part in summary.Parts)
            {
                if (!part.Points.Any(p => p.IsItem))
                {
                    writer.WriteString(part.Section.Key, string.Join(' ', part.Points.Select(p => p.Text)));
                    continue;
                }

                writer.WriteStartArray(part.Section.Key);
                foreach (var point in part.Points) writer.WriteStringValue(point.Text);
                writer.WriteEndArray();
            }

            if (source is not null) writer.WriteString("source", source);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>Sentences run on; items are a list.</summary>
    private static void AddPoints(List<string> lines, SummaryPart part)
    {
        var sentences = new StringBuilder();
        for (var index = 0; index < part.Points.Count; index++)
        {
            var point = part.Points[index];
            if (!point.IsItem)
            {
                sentences.Append(sentences.Length > 0 ? " " : "").Append(point.Text);
                if (index + 1 < part.Points.Count && !part.Points[index + 1].IsItem) continue;
                if (index > 0 && lines is [.., var above] && above.StartsWith("- ", StringComparison.Ordinal)) lines.Add("");
                lines.Add(sentences.ToString());
                sentences.Clear();
                if (index + 1 < part.Points.Count) lines.Add("");
            }
            else
            {
                lines.Add($"- {point.Text}");
            }
        }
    }
}
