using Awoc.Core.Catalog;
using Awoc.Prompts.Catalog;

namespace Awoc.Prompts.Tests.Catalog;

public sealed class TaskTypeCatalogTests
{
    [Fact]
    public void All_HasTheTwentyOfTheSeedAndCustom()
    {
        string[] seed =
        [
            "research", "api-research", "technology-research", "competitive-analysis",
            "analysis", "code-analysis", "performance-analysis", "security-analysis", "code-review", "test-analysis",
            "testing", "test-generation", "test-automation", "qa-validation",
            "documentation", "api-docs", "user-guides", "technical-writing", "user-guide", "deployment-guide",
        ];
        Assert.Equal([.. seed, "custom"], TaskTypeCatalog.BuiltIn.All.Select(t => t.Name));
        Assert.All(TaskTypeCatalog.BuiltIn.All, t => Assert.Equal(t.Family == TaskFamily.Custom, t.Method.Sections.IsEmpty));
        Assert.All(TaskTypeCatalog.BuiltIn.All, t => Assert.Equal(t.Method.Sections.Length, t.Method.Sections.Select(s => s.Key).Distinct().Count()));
    }

    [Theory]
    [InlineData("research", "research", "")]
    [InlineData(" Research ", "research", "")]
    [InlineData("api-research:Stripe payment integration", "api-research", "Stripe payment integration")]
    [InlineData("api-research : Stripe: v2 ", "api-research", "Stripe: v2")]
    [InlineData("research:", "research", "")]
    [InlineData("custom:do it", "custom", "do it")]
    [InlineData("custom:research:x", "custom", "research:x")]
    [InlineData("Fix the flaky test", "custom", "Fix the flaky test")]
    [InlineData("Fix: the flaky test", "custom", "Fix: the flaky test")]
    [InlineData("research the API", "custom", "research the API")]
    [InlineData("see http://x/y now", "custom", "see http://x/y now")]
    [InlineData("echo a:b; rm -rf \"$X\"", "custom", "echo a:b; rm -rf \"$X\"")]
    [InlineData("-- -rf x", "custom", "-- -rf x")]
    [InlineData("研究 支払い", "custom", "研究 支払い")]
    public void ParseTask_KnownTypeOrFreeText_IsValid(string text, string type, string description)
    {
        var request = Assert.IsType<TaskRequest.Valid>(TaskTypeCatalog.BuiltIn.ParseTask(text));
        Assert.Equal((type, description), (request.Type.Name, request.Description));
    }

    [Theory]
    [InlineData("reserch", "did you mean research")]
    [InlineData("reserch:Stripe payment integration", "did you mean research")]
    [InlineData("tesing", "did you mean testing")]
    [InlineData("api-doc", "did you mean api-docs")]
    [InlineData("foo:bar", "custom")]
    [InlineData("xyzzy", "competitive-analysis")]
    [InlineData("", "a description")]
    [InlineData(" \t ", "a description")]
    [InlineData("custom", "custom:TEXT")]
    [InlineData("custom: ", "custom:TEXT")]
    public void ParseTask_Unknown_NamesWhatWouldBeTaken(string text, string allowed)
    {
        var request = Assert.IsType<TaskRequest.Invalid>(TaskTypeCatalog.BuiltIn.ParseTask(text));
        Assert.Equal("TYPE", request.Fault.Field);
        Assert.Contains(allowed, request.Fault.Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void ParseTask_HugeText_IsTakenAsItIsAndNeverEchoedWhole()
    {
        var words = string.Concat(Enumerable.Repeat("word ", 2_000_000));
        Assert.Equal(words.Trim(), Assert.IsType<TaskRequest.Valid>(TaskTypeCatalog.BuiltIn.ParseTask(words)).Description);
        var fault = Assert.IsType<TaskRequest.Invalid>(TaskTypeCatalog.BuiltIn.ParseTask(new string('x', 10_000_000))).Fault;
        Assert.True(fault.Value.Length < 100 && fault.Allowed.Length < 1000);
    }
}
