using System.Text;
using Awoc.Core.Budgets;
using Awoc.Gateway.Dialects;
using Awoc.Gateway.Dialects.Anthropic;
using Awoc.Gateway.Tests.Hosting;
using CsCheck;

namespace Awoc.Gateway.Tests.Meters;

public sealed class StreamMeterTests
{
    private static readonly Usage s_all = new(Output: 42, Thinking: 12, Input: 25, CacheRead: 300, CacheWrite: 7);

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void Read_RandomSplits_AlwaysGivesTheSame(string newline)
    {
        var bytes = Encoding.UTF8.GetBytes("\uFEFF" + Samples.Whole.Replace("\n", newline, StringComparison.Ordinal));
        var expected = new MeterReading(s_all, Final: true, Begun: true, "end_turn", null);

        Splits(bytes.Length).Sample(splits => Assert.Equal(expected, Read(new AnthropicStreamMeter(), bytes, splits)));
    }

    [Fact]
    public void Read_AnyBytes_NeverThrows() =>
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Int[0, 3]).Sample((noise, where) =>
        {
            var meter = new AnthropicStreamMeter();
            byte[] stream =
            [
                .. Encoding.UTF8.GetBytes(where == 0 ? "data: " : where == 1 ? Samples.Start : where == 2 ? "data: {\"type\":\"message_delta\",\"usage\":" : ""),
                .. noise,
            ];
            meter.Read(stream);
            meter.End();
            Assert.False(meter.Reading.Final);
        });

    [Fact]
    public void Read_EveryPrefix_IsFinalOnlyOnceTheLastUsageIsThere()
    {
        var bytes = Encoding.UTF8.GetBytes(Samples.Whole);
        var finalAt = Encoding.UTF8.GetByteCount(Samples.Start + Samples.Text + Samples.Delta);
        for (var length = 0; length <= bytes.Length; length++)
        {
            var meter = new AnthropicStreamMeter();
            meter.Read(bytes.AsSpan(0, length));
            Assert.Equal(length >= finalAt, meter.Reading.Final);
        }
    }

    [Theory]
    [InlineData("data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\"},\"usage\":{\"output_tokens\":9}}\n\n", 9, true)]
    [InlineData("data:{\"usage\":{\"output_tokens\":9},\"delta\":{\"stop_reason\":\"x\"},\"type\":\"message_delta\"}\n\n", 9, true)]
    [InlineData("data: {\"type\":\"message_delta\",\ndata: \"delta\":{\"stop_reason\":\"x\"},\"usage\":{\"output_tokens\":9}}\n\n", 9, true)]
    [InlineData("data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"x\"},\"usage\":{\"output_tokens\":9}}", 9, true)]
    [InlineData("data: {\"type\":\"message_delta\",\"delta\":{},\"usage\":{\"output_tokens\":9}}\n\n", 9, false)]
    [InlineData("data: {\"type\":\"message_delta\",\"delta\":{},\"usage\":{\"output_tokens\":9}}\n\ndata: {\"type\":\"message_stop\"}\n\n", 9, true)]
    [InlineData("data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"x\"},\"usage\":{}}\n\n", 0, false)]
    [InlineData("data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"x\"},\"usage\":null}\n\n", 0, false)]
    [InlineData("data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"x\"},\"usage\":{\"output_tokens\":-9}}\n\n", 0, false)]
    [InlineData("data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"x\"},\"usage\":{\"output_tokens\":9223372036854775807}}\n\n", 0, false)]
    [InlineData("data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"x\"},\"usage\":{\"output_tokens\":\"9\"}}\n\n", 0, false)]
    [InlineData("data: {\"type\":\"message_stop\"}\n\n", 0, false)]
    [InlineData("event: message_stop\n\n", 0, false)]
    [InlineData(": {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"x\"},\"usage\":{\"output_tokens\":9}}\n\n", 0, false)]
    [InlineData("database: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"x\"},\"usage\":{\"output_tokens\":9}}\n\n", 0, false)]
    public void Read_OddEvents_TakesOnlyWhatIsSaid(string stream, long output, bool final)
    {
        var meter = new AnthropicStreamMeter();
        meter.Read(Encoding.UTF8.GetBytes(stream));
        meter.End();

        Assert.Equal((output, final), (meter.Reading.Usage.Output, meter.Reading.Final));
    }

    [Fact]
    public void Read_EventBeyondTheLimit_IsLeftOutAndTheNextIsRead()
    {
        var meter = new AnthropicStreamMeter();
        var megabyte = Encoding.UTF8.GetBytes(new string('x', 1024 * 1024));
        meter.Read(Encoding.UTF8.GetBytes(Samples.Start + "data: {\"type\":\"content_block_start\",\"content\":\""));
        for (var i = 0; i < 8; i++) meter.Read(megabyte);
        meter.Read(Encoding.UTF8.GetBytes("\"}\n\n" + Samples.Delta + Samples.Stop));

        Assert.Equal((42, true), (meter.Reading.Usage.Output, meter.Reading.Final));
    }

    [Fact]
    public void Read_SeveralDeltas_TheHighestFiguresStand()
    {
        var meter = new AnthropicStreamMeter();
        meter.Read(Encoding.UTF8.GetBytes(Samples.Start
            + "data: {\"type\":\"message_delta\",\"delta\":{},\"usage\":{\"output_tokens\":10,\"input_tokens\":26}}\n\n" + Samples.Delta));

        Assert.Equal(s_all with { Input = 26 }, meter.Reading.Usage);
    }

    internal static Gen<int[]> Splits(int length) => Gen.Int[0, length].Array[0, 12].Select(cuts => cuts.Order().ToArray());

    internal static MeterReading Read(IResponseMeter meter, byte[] bytes, int[] splits)
    {
        var from = 0;
        foreach (var cut in splits.Append(bytes.Length))
        {
            meter.Read(bytes.AsSpan(from, cut - from));
            from = cut;
        }

        meter.End();
        return meter.Reading;
    }
}
