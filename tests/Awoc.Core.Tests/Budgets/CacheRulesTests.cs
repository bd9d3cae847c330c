using Awoc.Core.Budgets;

namespace Awoc.Core.Tests.Budgets;

public sealed class CacheRulesTests
{
    [Theory]
    [InlineData("claude-sonnet-5", 1024)]
    [InlineData("claude-opus-4-8[1m]", 1024)]
    [InlineData("claude-haiku-4-5-20251001", 4096)]
    [InlineData("haiku", 4096)]
    [InlineData("claude-opus-4-5", 4096)]
    [InlineData(null, 1024)]
    public void Least_Model_IsWhatIsDocumented(string? model, int tokens) => Assert.Equal(tokens, CacheRules.Least(model));

    [Fact]
    public void WeightedInput_WriteForAnHour_CountsTwice()
    {
        Assert.Equal(1250, new Usage(CacheWrite: 1000).WeightedInput);
        Assert.Equal(2000, new Usage(CacheWrite: 1000) { HourWrite = 1000 }.WeightedInput);
        Assert.Equal(325, (new Usage(CacheWrite: 100) { HourWrite = 50 } + new Usage(CacheWrite: 100) { HourWrite = 50 }).WeightedInput);
    }
}
