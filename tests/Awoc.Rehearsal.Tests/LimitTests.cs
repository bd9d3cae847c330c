using System.Text;
using System.Text.Json;
using Awoc.Rehearsal.Scenarios;
using CsCheck;

namespace Awoc.Rehearsal.Tests;

public sealed class LimitTests
{
    private static readonly string[] s_words = ["word ", "äö", "漢字", "\"quote\"", "🙂", "\n"];
    private static readonly Gen<string> s_text = Gen.Int[0, s_words.Length - 1].Array[0, 40].Select(indexes => string.Concat(indexes.Select(i => s_words[i])));

    private static readonly Gen<string> s_step = Gen.OneOf(
        Gen.Select(s_text, Gen.Int[0, 900]).Select(t => $"text: {{text: {JsonSerializer.Serialize(t.Item1)}, tokens: {t.Item2}}}"),
        Gen.Int[1, 600].Select(n => $"thinking: {{tokens: {n}}}"),
        Gen.Int[1, 2500].Select(n => $"tool: {{name: Write, input: {{file_path: /x, content: '{new string('c', n)}'}}}}"),
        Gen.Select(Gen.Int[1, 600], Gen.Int[0, 900]).Select(t => $"text: {{tokens: {t.Item1}}}\n    usage: {{output: {t.Item2}}}"),
        Gen.Select(Gen.Int[0, 300], Gen.Int[0, 300]).Select(t =>
            $"thinking: {{tokens: {t.Item1}}}\n    text: {{tokens: {t.Item2}}}\n    tools: [{{name: Read, input: {{file_path: a}}}}, {{name: Grep, input: {{pattern: 'é'}}}}]"));

    [Fact]
    public async Task Messages_AnyStepAndAnyLimit_NeverGeneratesMoreThanMaxTokens()
    {
        await Gen.Select(s_step, Gen.Frequency((4, Gen.Int[1, 300]), (1, Gen.Int[301, 5000])), Gen.Bool).SampleAsync(async t =>
        {
            var (step, maxTokens, stream) = t;
            var reading = ScenarioSource.Parse($"name: random\nsteps:\n  - {step}\n");
            Assert.Empty(reading.Faults);
            await using var server = await RehearsalServer.StartAsync(new RehearsalOptions { Scenarios = [reading.Scenario!], Scenario = "random" });
            using var client = new ModelClient(server.BaseUrl);

            var answer = await client.AskAsync(ModelClient.Request("go", maxTokens, stream));
            await server.Log.WaitAsync(l => l.Requests.All(r => r.HasEnded));
            var full = await client.AskAsync(ModelClient.Request("go", 1_000_000, stream));

            var record = server.Log.Requests[0];
            Assert.InRange(record.GeneratedTokens, 0, maxTokens);
            Assert.Equal(record.GeneratedTokens, answer.Output);
            Assert.Equal(full.Output > maxTokens, answer.StopReason == "max_tokens");
            Assert.Equal(Math.Min(full.Output, maxTokens), answer.Output);

            // What did arrive is a prefix of the whole, block by block. (A whole answer has no place for half a call.)
            for (var i = 0; i < answer.Blocks.Count; i++)
            {
                if (!stream && answer.Blocks[i].Type == "tool_use") continue;
                Assert.StartsWith(answer.Blocks[i].Content, full.Blocks[i].Content, StringComparison.Ordinal);
            }

            if (!step.Contains("output:", StringComparison.Ordinal) && stream)
                Assert.InRange(answer.Blocks.Sum(b => Encoding.UTF8.GetByteCount(b.Content)), 0, maxTokens * TokenEstimate.BytesPerToken);
        }, iter: 150, threads: 2);
    }

    [Fact]
    public async Task Messages_LimitInsideAToolCall_CutsItsJson()
    {
        await using var server = await RehearsalServer.StartAsync();
        using var client = new ModelClient(server.BaseUrl);

        var answer = await client.AskAsync(ModelClient.Request("[[rehearse:write-target]]", maxTokens: 10, stream: true));

        Assert.Equal("max_tokens", answer.StopReason);
        var tool = Assert.Single(answer.Tools);
        Assert.StartsWith("{\"file_path\":\"rehearsal-output.md\"", tool.Content);
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(tool.Content));
        Assert.Equal(10, server.Log.TotalGeneratedTokens);
    }
}
