using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Awoc.Core.Budgets;
using Awoc.Gateway.Dialects;
using Awoc.Gateway.Dialects.Anthropic;
using Awoc.Gateway.Tests.Hosting;
using Awoc.Gateway.Wire;
using CsCheck;

namespace Awoc.Gateway.Tests.Meters;

public sealed class MessageMeterTests
{
    private static readonly Gen<string> s_text = Gen.String[Gen.Char["a\"\\{}[],:ü\n "], 0, 12];

    private static readonly Gen<JsonNode?> s_json = Gen.Recursive<JsonNode?>((depth, self) => depth > 3
        ? s_text.Select(t => (JsonNode?)JsonValue.Create(t))
        : Gen.OneOf(
            s_text.Select(t => (JsonNode?)JsonValue.Create(t)),
            Gen.Int.Select(i => (JsonNode?)JsonValue.Create(i)),
            Gen.Bool.Select(b => (JsonNode?)JsonValue.Create(b)),
            Gen.Const((JsonNode?)null),
            self.Array[0, 4].Select(items => (JsonNode?)new JsonArray([.. items.Select(i => i?.DeepClone())])),
            Gen.Select(s_text, self).Array[0, 4].Select(ObjectOf)));

    [Fact]
    public void Read_RandomSplits_AlwaysGivesTheSame()
    {
        var bytes = Encoding.UTF8.GetBytes(Samples.Message);
        var expected = new MeterReading(new Usage(Output: 42, Input: 25, CacheRead: 300, CacheWrite: 7), Final: true, Begun: true, "end_turn", null);

        StreamMeterTests.Splits(bytes.Length).Sample(splits => Assert.Equal(expected, StreamMeterTests.Read(new AnthropicMessageMeter(), bytes, splits)));
    }

    [Fact]
    public void Scanner_RandomDocuments_GivesWhatAParserGives() =>
        Gen.Select(s_json, s_json, s_json, Gen.Bool).Sample((before, wanted, after, indented) =>
        {
            var document = new JsonObject
            {
                ["usages"] = before?.DeepClone(),
                ["usage"] = wanted?.DeepClone(),
                ["zz"] = after?.DeepClone(),
                ["error"] = before?.DeepClone(),
            };
            var bytes = Encoding.UTF8.GetBytes(document.ToJsonString(new JsonSerializerOptions { WriteIndented = indented }));
            for (var step = 1; step < 40; step += 6)
            {
                var found = new Dictionary<string, string>();
                var scanner = new JsonFieldScanner((name, value) => found[name] = Encoding.UTF8.GetString(value), "usage", "error");
                for (var from = 0; from < bytes.Length; from += step) scanner.Read(bytes.AsSpan(from, Math.Min(step, bytes.Length - from)));
                Assert.Equal(["error", "usage"], found.Keys.Order());
                Assert.True(JsonNode.DeepEquals(wanted, JsonNode.Parse(found["usage"])));
                Assert.True(JsonNode.DeepEquals(before, JsonNode.Parse(found["error"])));
            }
        });

    [Theory]
    [InlineData("{\"usage\":{\"output_tokens\":", false)]
    [InlineData("{\"content\":[{\"usage\":{\"output_tokens\":5}}]}", false)]
    [InlineData("{\"usage\":\"none\"}", false)]
    [InlineData("<html>usage</html>", false)]
    [InlineData("}}}]]]\"", false)]
    [InlineData("{\"usage\":{\"output_tokens\":5},", true)]
    public void Read_OddBodies_IsFinalOnlyWithAnOutputFigure(string body, bool final)
    {
        var meter = new AnthropicMessageMeter();
        meter.Read(Encoding.UTF8.GetBytes(body));
        meter.End();

        Assert.Equal(final, meter.Reading.Final);
    }

    [Fact]
    public void Read_AnyBytes_NeverThrows() =>
        Gen.Byte.Array[0, 200].Sample(noise =>
        {
            foreach (IResponseMeter meter in (IResponseMeter[])[new AnthropicMessageMeter(), new AnthropicErrorMeter()])
            {
                meter.Read("{\"usage\":"u8);
                meter.Read(noise);
                meter.Read(",\"error\":"u8);
                meter.Read(noise);
                meter.End();
            }
        });

    private static JsonNode? ObjectOf((string Name, JsonNode? Value)[] members)
    {
        var result = new JsonObject();
        foreach (var (name, value) in members) result[name] = value?.DeepClone();
        return result;
    }
}
