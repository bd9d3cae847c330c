using System.Text;
using Awoc.Core.Catalog;
using Awoc.Core.Integration;
using Awoc.Core.Tasks;
using Awoc.Documents;
using Awoc.Documents.Integration;
using Awoc.Documents.Markdown;
using Awoc.Prompts.Catalog;
using Markdig;

namespace Awoc.DocumentsBench;

/// <summary>Each figure beside its floor: the same bytes decoded and cut into lines, and Markdig's own parsing of them, in turns within one run.</summary>
internal static class Comparison
{
    private const int Rounds = 9;
    private const int Megabyte = 1024 * 1024;
    private static readonly MarkdownPipeline s_plain = new MarkdownPipelineBuilder().Build();

    private static readonly ResultOrigin s_origin = new(
        TaskId.New(TimeProvider.System), "research", "A result", TaskOutcome.Succeeded, DateTimeOffset.UnixEpoch, "r.md", "It is so.");

    public static int Run()
    {
        Console.WriteLine($"{"what",-46} {"CPU ms",8}   median of {Rounds} rounds, {Environment.ProcessorCount} cores");
        var result = SampleDocuments.Markdown(200 * 1024, 0, 7, seed: 2);
        foreach (var size in new[] { 1, 2, 4, 5, 8 })
        {
            var target = SampleDocuments.Markdown(size * Megabyte, 0, 1, seed: 1);
            var (floor, parse, merge) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = -2; round < Rounds; round++)
            {
                Add(floor, round, () => Lines(target));
                Add(parse, round, () => Markdig.Markdown.Parse(Encoding.UTF8.GetString(target), s_plain));
                Add(merge, round, () => Plan(IntegrationMode.Merge, "t.md", target, result));
            }

            Tell($"{size} MB Markdown, 200 kB merged", merge);
            Tell("  beside: decoded and cut into lines", floor);
            Tell("  beside: parsed by Markdig, inlines too", parse);
        }

        var five = SampleDocuments.Markdown(5 * Megabyte, 0, 1, seed: 1);
        Measure("5 MB Markdown, the outline", () => Outline(five));
        Measure("5 MB Markdown, 200 kB appended", () => Plan(IntegrationMode.Append, "t.md", five, result));
        Measure("5 MB Markdown, 200 kB summarized", () => Plan(IntegrationMode.Summarize, "t.md", five, result));
        Measure("5 MB Markdown, a reference", () => Plan(IntegrationMode.Reference, "t.md", five, result));
        var merged = ((IntegrationAnswer.Planned)Plan(IntegrationMode.Merge, "t.md", five, result)).Content;
        var (before, after) = (Encoding.UTF8.GetString(five), Encoding.UTF8.GetString(merged));
        Measure("5 MB Markdown, the merge's diff", () => UnifiedDiff.Of(before, after, "t.md"));
        Measure("200 kB Markdown, cut to 2,000 tokens", () => DocumentCut.ToFit(TextDocument.Of("r.md", Encoding.UTF8.GetString(result)), 2000, null, "awoc output ID --section NAME"));
        var (json, other) = (SampleDocuments.Json(5 * Megabyte, 0, 1, seed: 1), SampleDocuments.Json(200 * 1024, 3, 9, seed: 2));
        Measure("5 MB JSON, 200 kB merged", () => Plan(IntegrationMode.Merge, "t.json", json, other));
        return 0;
    }

    private static int Lines(byte[] bytes) => TextDocument.TryRead(bytes, "t.md", out var document, out _) ? document.LineCount : 0;

    private static MarkdownOutline Outline(byte[] bytes) =>
        TextDocument.TryRead(bytes, "t.md", out var document, out _) && MarkdownOutline.TryParse(document, out var outline, out _) ? outline : throw new InvalidDataException();

    private static IntegrationAnswer Plan(IntegrationMode mode, string name, byte[] target, byte[] result)
    {
        var answer = ResultIntegration.Plan(new IntegrationRequest
        {
            Mode = mode,
            TargetName = name,
            Target = target,
            ResultName = name,
            Result = result,
            Origin = s_origin,
            Method = TaskTypeCatalog.BuiltIn.Find("research")!.Method,
        });
        return answer is IntegrationAnswer.Planned { Changed: true } ? answer : throw new InvalidDataException($"{answer}");
    }

    private static void Measure(string what, Func<object> work)
    {
        List<double> times = [];
        for (var round = -2; round < Rounds; round++) Add(times, round, work);
        Tell(what, times);
    }

    /// <summary>The first rounds warm up.</summary>
    private static void Add(List<double> times, int round, Func<object> work)
    {
        // Its own time on the processor: the clock on the wall also counts what else the machine does.
        var started = Environment.CpuUsage.TotalTime;
        GC.KeepAlive(work());
        if (round >= 0) times.Add((Environment.CpuUsage.TotalTime - started).TotalMilliseconds);
    }

    private static void Tell(string what, List<double> times) => Console.WriteLine($"{what,-46} {times.Order().ElementAt(times.Count / 2),8:f1}");
}
