using System.Globalization;
using System.Text;
using System.Xml;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Reports;

/// <summary>What became of a batch as JUnit XML, the form that build servers read.</summary>
internal static class JUnitReport
{
    public static byte[] Of(string file, IReadOnlyList<TaskView> tasks)
    {
        using var bytes = new MemoryStream();
        using (var xml = XmlWriter.Create(bytes, new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true }))
        {
            xml.WriteStartElement("testsuites");
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString("name", Clean(file == BatchText.Stdin ? "batch" : Path.GetFileName(file)));
            xml.WriteAttributeString("tests", Number(tasks.Count));
            xml.WriteAttributeString("failures", Number(tasks.Count(t => KindOf(t) == "failure")));
            xml.WriteAttributeString("errors", Number(tasks.Count(t => KindOf(t) == "error")));
            xml.WriteAttributeString("skipped", Number(tasks.Count(t => KindOf(t) == "skipped")));
            xml.WriteAttributeString("time", Seconds(tasks.Sum(t => t.RunMs)));
            foreach (var task in tasks) Write(xml, task);
            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        return bytes.ToArray();
    }

    private static void Write(XmlWriter xml, TaskView task)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", Clean(task.Type));
        xml.WriteAttributeString("name", Clean($"{BatchSummary.NameOf(task)} ({TaskWords.Handle(task.Id)})"));
        xml.WriteAttributeString("time", Seconds(task.RunMs));
        if (KindOf(task) is { } kind)
        {
            xml.WriteStartElement(kind);
            xml.WriteAttributeString("message", Clean(task.Detail ?? task.Outcome ?? task.State));
            if (kind != "skipped") xml.WriteAttributeString("type", Clean(task.Reason ?? task.Outcome ?? task.State));
            xml.WriteEndElement();
        }

        if (task.Summary is { Length: > 0 } summary) xml.WriteElementString("system-out", Clean(summary));
        xml.WriteEndElement();
    }

    /// <summary>Null for a success. An error is what says nothing of the work: it was lost, or has not ended.</summary>
    private static string? KindOf(TaskView task) => task.Outcome switch
    {
        TaskWords.Succeeded => null,
        TaskWords.Canceled => "skipped",
        null or TaskWords.Lost => "error",
        _ => "failure",
    };

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(long milliseconds) => (milliseconds / 1000.0).ToString("0.000", CultureInfo.InvariantCulture);

    /// <summary>What XML cannot hold, in no escaping, is left out.</summary>
    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i])) clean.Append(text[i]).Append(text[++i]);
            else if (XmlConvert.IsXmlChar(text[i])) clean.Append(text[i]);
            else clean.Append('\uFFFD');
        }

        return clean.ToString();
    }
}
