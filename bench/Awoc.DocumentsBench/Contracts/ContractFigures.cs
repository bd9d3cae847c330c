using System.Diagnostics;
using System.Globalization;
using System.Text;
using Awoc.Core.Contracts;
using Awoc.Core.Prompts;
using Awoc.Documents.Contracts;
using Awoc.Documents.Contracts.Citations;
using Awoc.Documents.Contracts.Json;
using Awoc.Prompts.Catalog;
using Awoc.Runners.Builtin;

namespace Awoc.DocumentsBench.Contracts;

/// <summary>Contract checks of documents of 1, 2 and 4 MB: medians of several rounds, of processor time where it is this process's. JSON goes through the validator's own process, its start told apart.</summary>
internal static class ContractFigures
{
    private const int Rounds = 9;
    private const int ProcessRounds = 5;

    private const string Schema = """
        {"type":"object","required":["parts"],"properties":{"parts":{"type":"array","items":{"$ref":"#/$defs/part"}}},
         "$defs":{"part":{"type":"object","required":["id","name"],"additionalProperties":false,"properties":{"id":{"type":"integer","minimum":0},
          "name":{"type":"string","minLength":1,"pattern":"^[a-z ]+$"},"tags":{"type":"array","items":{"type":"string"}}}}}}
        """;

    public static async Task<int> RunAsync(string agent)
    {
        var type = TaskTypeCatalog.BuiltIn.Find("research")!;
        foreach (var megabytes in (int[])[1, 2, 4])
        {
            var text = SampleDocuments.Markdown(megabytes * 1024 * 1024, 1, 1, 7);
            Tell($"Markdown {megabytes} MB, contract", Median(Rounds, () => ContractCheck.Check(type, OutputFormat.Markdown, text, "r.md")));
            Tell($"Markdown {megabytes} MB, contract and citations", Median(Rounds, () => CitationScan.Find(ContractCheck.Check(type, OutputFormat.Markdown, text, "r.md").Outline!)));
        }

        if (!File.Exists(agent))
        {
            Console.Error.WriteLine($"{agent} is missing: eng/publish AgentHost makes it, AWOC_BIN names another folder");
            return 69;
        }

        var enforced = ((SchemaReading.Valid)SchemaReader.Read(Schema, "schema")).Enforced;
        var start = await CheckAsync(agent, enforced, "{\"parts\":[]}");
        Tell("JSON, the validator's process for a document of some bytes", start);
        foreach (var megabytes in (int[])[1, 2, 4])
        {
            var text = SampleDocuments.Json(megabytes * 1024 * 1024, 1, 1, 7);
            Tell($"JSON {megabytes} MB, parsed strictly", Median(Rounds, () => ContractCheck.Check(type, OutputFormat.Json, text, "r.json")));
            var whole = await CheckAsync(agent, enforced, Encoding.UTF8.GetString(text));
            Tell($"JSON {megabytes} MB against a schema, the process with its start", whole);
            Tell($"JSON {megabytes} MB against a schema, its start apart", whole - start);
        }

        return 0;
    }

    private static async Task<double> CheckAsync(string agent, string schema, string document)
    {
        var validator = new AgentSchemaValidator();
        var variables = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().ToDictionary(v => (string)v.Key, v => (string)v.Value!);
        var question = new SchemaQuestion(schema, document, variables, new Dictionary<string, string> { ["path"] = agent });
        var times = new List<double>();
        for (var round = 0; round <= ProcessRounds; round++)
        {
            var began = Stopwatch.GetTimestamp();
            var verdict = await validator.CheckAsync(question, CancellationToken.None);
            if (verdict is not { Findings.Count: 0, Unable: null }) throw new InvalidOperationException(verdict.Unable ?? verdict.Findings[0].Message);
            if (round > 0) times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        return times.Order().ElementAt(times.Count / 2);
    }

    private static double Median(int rounds, Action work)
    {
        work();
        var times = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            // The work is one thread's: its processor time says the same as the clock's on a quiet machine, and on a busy one too.
            var began = Environment.CpuUsage.TotalTime;
            work();
            times.Add((Environment.CpuUsage.TotalTime - began).TotalMilliseconds);
        }

        return times.Order().ElementAt(times.Count / 2);
    }

    private static void Tell(string what, double milliseconds) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-64} {milliseconds,8:0.0} ms"));
}
