using Awoc.Core.Contracts;
using Awoc.Documents.Contracts.Citations;
using Awoc.Engine.Verifying;
using Xunit;

namespace Awoc.Engine.Tests;

public sealed class CitationCheckTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("awoc-citations-").FullName;

    public CitationCheckTests()
    {
        Directory.CreateDirectory(Path.Combine(_root, "src", "deep"));
        Directory.CreateDirectory(Path.Combine(_root, "docs"));
        File.WriteAllText(Path.Combine(_root, "src", "A.cs"), "class A\n{\n    int  Count() =>\n        1;\n}\n");
        File.WriteAllText(Path.Combine(_root, "src", "deep", "Only.cs"), "one\n");
        File.WriteAllText(Path.Combine(_root, "docs", "page.md"), "# P\n");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("src/A.cs")]
    [InlineData("./src/A.cs")]
    [InlineData("A.cs")]
    [InlineData("deep/Only.cs")]
    [InlineData("/api/v1/tasks.json")]
    public void Check_PlaceThatExistsOrIsNone_HasNoFinding(string path) => Assert.Empty(Check(new Claim(1, path)));

    [Theory]
    [InlineData("src/B.cs")]
    [InlineData("src/Only.cs")]
    [InlineData("../gone.md")]
    [InlineData("/tmp/no/such/file.md")]
    public void Check_PlaceThatDoesNotExist_Dangles(string path)
    {
        var finding = Assert.Single(Check(new Claim(7, path)));

        Assert.Equal(("dangling_path", 7, FindingSeverity.Warning), (finding.Rule, finding.Line, finding.Severity));
        Assert.Equal(FindingSeverity.Error, Assert.Single(Check(new Claim(7, path), strict: true)).Severity);
    }

    [Fact]
    public void Check_LinkRelativeToTheDocument_IsFound()
    {
        Assert.Empty(Check(new Claim(1, "page.md") { IsLink = true }));
        Assert.Empty(Check(new Claim(1, "../src/A.cs") { IsLink = true }));
    }

    [Theory]
    [InlineData(1, 5, true)]
    [InlineData(5, 5, true)]
    [InlineData(6, 6, false)]
    [InlineData(2, 9, false)]
    [InlineData(0, 0, false)]
    [InlineData(4, 3, false)]
    public void Check_Lines_AreInRangeOrNot(int first, int last, bool holds) =>
        Assert.Equal(holds ? [] : ["line_out_of_range"], Check(new Claim(1, "src/A.cs") { Range = (first, last) }).Select(f => f.Rule));

    [Theory]
    [InlineData("int Count() => 1;", true)]
    [InlineData("intCount()=>", true)]
    [InlineData("int Total() => 1;", false)]
    public void Check_Quote_IsLookedForWithoutWhiteSpace(string quote, bool holds)
    {
        var claim = new Claim(1, "src/A.cs") { Quotes = [[CitationScan.Squeeze(quote)]] };

        Assert.Equal(holds ? [] : ["quote_not_found"], Check(claim).Select(f => f.Rule));
    }

    [Fact]
    public void Check_FileOutside_IsOnlyLookedAtForBeing()
    {
        var outside = Path.Combine(Path.GetTempPath(), $"awoc-outside-{Guid.NewGuid():n}.md");
        File.WriteAllText(outside, "one\n");
        try
        {
            Assert.Empty(Check(new Claim(1, outside) { Range = (99, 99) }));
        }
        finally
        {
            File.Delete(outside);
        }
    }

    private IEnumerable<Finding> Check(Claim claim, bool strict = false) => CitationCheck.Check([claim], _root, Path.Combine(_root, "docs"), strict);
}
