using YamlDotNet.Core;

namespace Awoc.Prompts.Tests;

public sealed class BoundedYamlTests
{
    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    public void Load_NestedWithoutEnd_IsRefusedAndEndsNoProcess(char open) =>
        Assert.Contains("deeper than", Assert.Throws<YamlException>(() => BoundedYaml.Load(new string(open, 250_000))).Message, StringComparison.Ordinal);

    [Fact]
    public void Load_BlockNestedWithoutEnd_IsRefused() =>
        Assert.Throws<YamlException>(() => BoundedYaml.Load(string.Concat(Enumerable.Range(0, 2_000).Select(i => $"{new string(' ', i)}k:\n"))));

    [Theory]
    [InlineData("a: &x {b: *x}")]
    [InlineData("a: &x [1]\nb: *x")]
    public void Load_Alias_IsRefused(string text) =>
        Assert.Contains("alias", Assert.Throws<YamlException>(() => BoundedYaml.Load(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Load_AsDeepAsAPersonWrites_IsRead() =>
        Assert.Single(BoundedYaml.Load("steps:\n  - one\n  - {name: two, of: [1, [2, [3]]]}\n").Documents);
}
