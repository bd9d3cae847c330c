using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Awoc.Rehearsal.Planner;

/// <summary>A report in the format that its file's extension asks for: JSON, plain text, else Markdown.</summary>
internal static class ReportFormat
{
    public static string Render(Report report, Survey survey, string? file, bool brief) => Path.GetExtension(file)?.ToLowerInvariant() switch
    {
        ".json" => Json(report, survey, brief),
        ".txt" => Text(report, brief),
        _ => Markdown(report, brief),
    };

    private static string Markdown(Report report, bool brief)
    {
        var text = new StringBuilder();
        text.Append("> ").AppendLine(brief ? Report.ShortBanner : Report.Banner).AppendLine();
        text.Append("# ").AppendLine(report.Title);
        foreach (var section in report.Sections)
        {
            text.AppendLine().Append("## ").AppendLine(section.Heading).AppendLine();
            if (IsProse(section))
            {
                text.AppendLine(string.Join(' ', section.Lines));
                continue;
            }

            foreach (var line in section.Lines) text.Append("- ").AppendLine(line);
        }

        return text.ToString();
    }

    private static string Text(Report report, bool brief)
    {
        var text = new StringBuilder();
        text.AppendLine(brief ? Report.ShortBanner : Report.Banner).AppendLine().AppendLine(report.Title);
        foreach (var section in report.Sections)
        {
            text.AppendLine().AppendLine(section.Heading);
            foreach (var line in section.Lines) text.Append("  ").AppendLine(line.Replace("`", "", StringComparison.Ordinal));
        }

        return text.ToString();
    }

    private static string Json(Report report, Survey survey, bool brief)
    {
        using var stream = new MemoryStream();
        var options = new JsonWriterOptions { Indented = !brief, IndentSize = 1, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var writer = new Utf8JsonWriter(stream, options))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("rehearsal", true);
            writer.WriteString("notice", brief ? Report.ShortBanner : Report.Banner);
            writer.WriteString("title", report.Title);

            // Keys that the prompt names stand at the top, where it asks for them; mere headings in an object of their own.
            var keys = report.Task.Keys;
            var named = keys.Count == report.Sections.Count;
            if (!named) writer.WriteStartObject("sections");
            foreach (var (section, i) in report.Sections.Select((s, i) => (s, i)))
                writer.WriteString(named ? keys[i] : section.Heading, string.Join('\n', section.Lines).Replace("`", "", StringComparison.Ordinal));
            if (!named) writer.WriteEndObject();
            if (!brief) WriteFacts(writer, report.Task, survey);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void WriteFacts(Utf8JsonWriter writer, TaskPrompt task, Survey survey)
    {
        writer.WriteStartObject("facts");
        if (task.Id is { } id) writer.WriteString("task", id);
        writer.WriteString("type", task.Type);
        if (survey.Files is { } files) writer.WriteNumber("files", files);
        if (survey.FilesAtLeast) writer.WriteBoolean("filesAtLeast", true);
        if (survey.Lines is { } lines) writer.WriteNumber("lines", lines);
        if (survey.Layout is { } layout) writer.WriteNumber("testFiles", layout.Tests);
        if (survey.Todos is { } todos) writer.WriteNumber("todos", todos.Count);
        if (survey.Extensions.Count > 0)
        {
            writer.WriteStartObject("filesByType");
            foreach (var (extension, count) in survey.Extensions.Take(6)) writer.WriteNumber(extension, count);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    /// <summary>Summaries read as sentences, the rest as lists.</summary>
    private static bool IsProse(ReportSection section) =>
        section.Lines.Count == 1
        || section.Heading.Contains("summary", StringComparison.OrdinalIgnoreCase)
        || section.Heading.Contains("overview", StringComparison.OrdinalIgnoreCase);
}
