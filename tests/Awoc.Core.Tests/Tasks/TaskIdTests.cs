using Awoc.Core.Tasks;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Awoc.Core.Tests.Tasks;

public sealed class TaskIdTests
{
    [Fact]
    public void New_AtKnownTime_IsSecondsAndTwelveHexDigits()
    {
        var id = TaskId.New(new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1763876543)));

        Assert.Matches("^1763876543-[0-9a-f]{12}$", id.Value);
        Assert.Equal(id.Value["1763876543-".Length..], id.Handle);
    }

    [Fact]
    public void New_ManyInOneSecond_AreDistinct()
    {
        var time = new FakeTimeProvider();

        Assert.Equal(100_000, Enumerable.Range(0, 100_000).Select(_ => TaskId.New(time)).Distinct().Count());
    }

    [Fact]
    public void Parse_FormattedId_RoundTrips() =>
        Gen.Select(Gen.Long[0, 99_999_999_999], Gen.Char["0123456789abcdef"].Array[12]).Sample((seconds, random) =>
        {
            var text = $"{seconds}-{new string(random)}";
            return TaskId.Parse(text).Value == text && TaskId.Parse(text).ToString() == text;
        });

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("9f86d081884c")]
    [InlineData("-9f86d081884c12")]
    [InlineData("1763876543")]
    [InlineData("1763876543-")]
    [InlineData("1763876543-9f86d081884")]
    [InlineData("1763876543-9f86d081884cc")]
    [InlineData("1763876543-9F86D081884C")]
    [InlineData("1763876543-9f86d081884g")]
    [InlineData("176387654x-9f86d081884c")]
    [InlineData("1763876543-9f86d-81884c")]
    [InlineData(" 1763876543-9f86d081884c")]
    [InlineData("1763876543-9f86d081884c\n")]
    [InlineData("../../etc/pass-9f86d081884c")]
    [InlineData("١٧٦٣٨٧٦٥٤٣-9f86d081884c")]
    [InlineData("00000000000000000000000-9f86d081884c")]
    public void TryParse_NoId_IsFalse(string? text) => Assert.False(TaskId.TryParse(text, out _));

    [Fact]
    public void TryParse_AnyText_NeverThrows() => Gen.String.Sample(text => !TaskId.TryParse(text, out var id) || id.Value == text);

    [Fact]
    public void Parse_NoId_SaysTheForm()
    {
        var fault = Assert.Throws<FormatException>(() => TaskId.Parse("nope"));
        Assert.Contains("'nope'", fault.Message, StringComparison.Ordinal);
        Assert.Contains("SECONDS-RANDOM", fault.Message, StringComparison.Ordinal);
    }
}
