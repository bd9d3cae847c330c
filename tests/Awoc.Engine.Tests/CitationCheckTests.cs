using Awoc.Core.Contracts;
using Awoc.Documents;
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

    [Fact]
    public void Check_LinkThatLeadsOut_IsOnlyLookedAtForBeing()
    {
        var outside = Directory.CreateTempSubdirectory("awoc-outside-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(outside, "secret.md"), "one\n");
            Directory.CreateSymbolicLink(Path.Combine(_root, "notes"), outside);
            File.CreateSymbolicLink(Path.Combine(_root, "direct.md"), Path.Combine(outside, "secret.md"));
            File.CreateSymbolicLink(Path.Combine(_root, "src", "inner.cs"), "A.cs");
            var quote = new[] { new[] { "somethingelse" } };

            Assert.Empty(Check(new Claim(1, "notes/secret.md") { Range = (99, 99), Quotes = quote }));
            Assert.Empty(Check(new Claim(1, Path.Combine(_root, "notes/secret.md")) { Range = (99, 99) }));
            Assert.Empty(Check(new Claim(1, "direct.md") { Range = (99, 99), Quotes = quote }));
            Assert.Empty(Check(new Claim(1, "src/../direct.md") { Range = (99, 99) }));
            Assert.Equal("line_out_of_range", Assert.Single(Check(new Claim(1, "src/inner.cs") { Range = (99, 99) })).Rule);
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    [Fact]
    public void Check_WorkingDirectoryThatIsALink_IsInsideOfItself()
    {
        var link = Path.Combine(_root, "work");
        Directory.CreateSymbolicLink(link, Path.Combine(_root, "src"));

        Assert.Equal("line_out_of_range", Assert.Single(CitationCheck.Check([new Claim(1, "A.cs") { Range = (99, 99) }], link, link, strict: false)).Rule);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(CitationScan.LongestPiece)]
    public void Check_HostileQuotes_EndSoonAndSayThatNotAllWereLookedFor(int length)
    {
        File.WriteAllText(Path.Combine(_root, "src", "big.cs"), new string('a', 4_000_000));
        var half = new string('a', length / 2);
        // Each is there, so that each is looked for to its end; the last but one is the worst for a search that starts over.
        var quotes = Enumerable.Repeat<IReadOnlyList<string>>([half + half], CitationScan.MostPieces).ToList();
        var took = System.Diagnostics.Stopwatch.StartNew();
        var worst = Enumerable.Range(0, 60).Select(n => new Claim(n + 1, "src/big.cs") { Quotes = [[half + "b" + half]] });
        var findings = CitationCheck.Check([.. worst, new Claim(90, "src/big.cs") { Quotes = quotes }], _root, _root, strict: false);

        Assert.True(took.Elapsed < TimeSpan.FromSeconds(4), $"{took.Elapsed}");
        Assert.Equal(25, findings.Count(finding => finding.Rule == "quote_not_found"));
        Assert.Equal(("not_checked", 26), (findings[^1].Rule, findings[^1].Line));
    }

    [Fact]
    public void Check_CalledOff_Stops()
    {
        using var off = new CancellationTokenSource();
        off.Cancel();

        Assert.Throws<OperationCanceledException>(() => CitationCheck.Check([new Claim(1, "src/A.cs") { Quotes = [["intCount()"]] }], _root, _root, strict: false, off.Token));
    }

    [Fact]
    public void Check_MoreQuotedThanLookedFor_IsSaid()
    {
        var claim = new Claim(3, "src/A.cs") { Quotes = [["intCount()"]], QuotesMore = true };

        Assert.Equal(("not_checked", 3, FindingSeverity.Warning), Assert.Single(Check(claim)) is var finding ? (finding.Rule, finding.Line, finding.Severity) : default);
        Assert.Equal(FindingSeverity.Error, Assert.Single(Check(claim, strict: true)).Severity);
    }

    [Fact]
    public void FileNames_DirectoryThatIsGone_LeavesTheListIncomplete() =>
        Assert.False(FileNames.Of(Path.Combine(_root, "gone"), TestContext.Current.CancellationToken).IsWhole);

    [Theory]
    [InlineData("aabaaab", "aaab", true)]
    [InlineData("abababac", "ababac", true)]
    [InlineData("aabaab", "aaab", false)]
    [InlineData("", "a", false)]
    [InlineData("a", "", true)]
    public void LinearSearch_TextsThatRepeatThemselves_AreFound(string text, string wanted, bool there) => Assert.Equal(there, LinearSearch.Contains<char>(text, wanted));

    private IEnumerable<Finding> Check(Claim claim, bool strict = false) => CitationCheck.Check([claim], _root, Path.Combine(_root, "docs"), strict);
}
