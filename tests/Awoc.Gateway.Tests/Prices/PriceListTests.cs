using Awoc.Core.Budgets;
using Awoc.Gateway.Prices;
using Microsoft.Extensions.Logging.Abstractions;

namespace Awoc.Gateway.Tests.Prices;

public sealed class PriceListTests
{
    [Theory]
    [InlineData("claude-opus-4-8", 25)]
    [InlineData("claude-opus-4-5-20251101", 25)]
    [InlineData("claude-opus-4-6[1m]", 25)]
    [InlineData("claude-opus-4-20250514", 75)]
    [InlineData("claude-opus-4-1-20250805", 75)]
    [InlineData("claude-sonnet-4-5-20250929[1m]", 15)]
    [InlineData("CLAUDE-haiku-4-5", 5)]
    [InlineData("claude-3-5-haiku-latest", 4)]
    public void Find_KnownModel_HasItsPrice(string model, int output) => Assert.Equal(output, PriceList.BuiltIn.Find(model)!.Output);

    [Theory]
    [InlineData("claude-opus-4-99")]
    [InlineData("claude-opus-5")]
    [InlineData("claude-opus")]
    [InlineData("gpt-5")]
    [InlineData("")]
    [InlineData(null)]
    public void Find_AnotherVersion_IsUnknownAndNotGuessed(string? model) => Assert.Null(PriceList.BuiltIn.Find(model));

    [Fact]
    public void Of_AllKindsOfTokens_AddsUp()
    {
        var price = PriceList.BuiltIn.Find("claude-sonnet-4-5")!;
        Assert.Equal(3m + 15m + 0.3m + 3.75m, price.Of(new Usage(Output: 1_000_000, Input: 1_000_000, CacheRead: 1_000_000, CacheWrite: 1_000_000)));
        Assert.Equal(0m, price.Of(Usage.Zero));
    }

    [Fact]
    public void With_UsersPrices_ExtendAndOverride()
    {
        var list = PriceList.BuiltIn.With("models:\n  my-model: { input: 1, output: 2, cache_read: 0.5 }\n  claude-opus-4-8: { input: 4, output: 20 }\n", "p.yaml");
        Assert.Equal(new ModelPrice(1, 2, 0.5m, 1.25m), list.Find("my-model-20260101"));
        Assert.Equal(20, list.Find("claude-opus-4-8")!.Output);
        Assert.Equal(5, list.Find("claude-haiku-4-5")!.Output);
    }

    [Theory]
    [InlineData("models:\n  m: { input: x, output: 2 }", "line 2: 'x' is no price")]
    [InlineData("models:\n  m:\n    input: 1\n    output: -2", "line 4: '-2' is no price")]
    [InlineData("models:\n  m: { input: 1 }", "line 2: a price needs both")]
    [InlineData("models:\n  m: { input: 1, output: 1, outptu: 2 }", "line 2: 'outptu' is not known")]
    [InlineData("model:\n  m: 1", "line 1: 'model' is not known")]
    [InlineData("- a\n- b", "line 1: expected a mapping")]
    [InlineData("models:\n  m: 3", "line 2: expected { input")]
    [InlineData("models:\n  m: { input: 1", "line ")]
    public void With_Malformed_NamesTheLine(string yaml, string words)
    {
        var fault = Assert.Throws<FormatException>(() => PriceList.BuiltIn.With(yaml, "p.yaml"));
        Assert.StartsWith("p.yaml, " + words, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Book_FileChanges_IsReadAgainAndAFaultKeepsWhatWasThere()
    {
        var path = Path.Combine(Path.GetTempPath(), $"awoc-prices-{Guid.NewGuid():n}.yaml");
        var book = new PriceBook(path, NullLogger.Instance);
        Assert.Null(book.Find("mine"));
        Write("models:\n  mine: { input: 1, output: 2 }", 1);
        Assert.Equal(2, book.Find("mine")!.Output);
        Write("models: 7", 2);
        Assert.Equal(2, book.Find("mine")!.Output);
        Assert.Contains("line 1", book.Fault, StringComparison.Ordinal);
        File.Delete(path);
        Assert.Equal((null, null), (book.Find("mine"), book.Fault));

        void Write(string yaml, int age)
        {
            File.WriteAllText(path, yaml);
            File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddDays(age));
        }
    }
}
