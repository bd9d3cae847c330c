using Awoc.Documents.Contracts.Citations;
using Awoc.Documents.Markdown;
using Xunit;

namespace Awoc.Documents.Tests.Contracts;

public sealed class CitationScanTests
{
    [Theory]
    [InlineData("See `src/A.cs`.", "src/A.cs", 0, 0)]
    [InlineData("See `src/A.cs:10`.", "src/A.cs", 10, 10)]
    [InlineData("See `src/A.cs:10-20`.", "src/A.cs", 10, 20)]
    [InlineData("See `src/A.cs:10:5`.", "src/A.cs", 10, 10)]
    [InlineData("See [it](src/A.cs#L10-L20).", "src/A.cs", 10, 20)]
    [InlineData("See [it](<docs/page.md> \"title\").", "docs/page.md", 0, 0)]
    [InlineData("See [it](docs/page.md#part-two).", "docs/page.md", 0, 0)]
    [InlineData("- `README.md` and", "README.md", 0, 0)]
    [InlineData("`/etc/hosts.conf`", "/etc/hosts.conf", 0, 0)]
    [InlineData("`build/Dockerfile:3`", "build/Dockerfile", 3, 3)]
    [InlineData("| `src/A.cs` | 3 |", "src/A.cs", 0, 0)]
    public void Find_PlaceInALinkOrInCode_IsAClaim(string text, string path, int first, int last)
    {
        var claim = Assert.Single(Find(text));

        Assert.Equal((path, first, last), (claim.Path, claim.Range?.First ?? 0, claim.Range?.Last ?? 0));
        Assert.Equal(1, claim.Line);
    }

    [Theory]
    [InlineData("Run `npm run build` and `dotnet test`.")]
    [InlineData("`a/b`, `foo.bar()`, `foo.bar`, `Console.WriteLine`, `System.Text.Json`")]
    [InlineData("`src/**/*.cs`, `*.md`, `src/{a,b}.ts`")]
    [InlineData("`<file>.md`, `path/to/file.cs`, `your-app/index.ts`, `example.md`, `foo.txt`")]
    [InlineData("`https://example.com/a.md`, [x](https://example.com/a.md), [y](mailto:a@b.md), [z](#part.md)")]
    [InlineData("`Node.js`, `v1.2.3`, `example.com`, `localhost:8080`, `1.5`, `org/image:12`")]
    [InlineData("`--config=x.json`, `$HOME/x.md`, `@scope/pkg.js`, `~/x.md`, `a && b.sh`")]
    [InlineData("![picture](gone.svg)")]
    [InlineData("src/plain.cs in plain words")]
    [InlineData("```\n`src/in-a-fence.cs`\n```")]
    [InlineData("    `src/in-code.cs`")]
    [InlineData("``code with ` a `src/a.cs` tick``")]
    public void Find_WhatOnlyLooksLikeAPlace_IsNone(string text) => Assert.Empty(Find(text));

    [Theory]
    [InlineData("```cs src/A.cs:3-4\nint count = 1;\nreturn count;\n```", "src/A.cs")]
    [InlineData("```cs title=\"src/A.cs\"\nint count = 1;\n```", "src/A.cs")]
    [InlineData("```3:4:src/A.cs\nint count = 1;\n```", "src/A.cs")]
    [InlineData("**`src/A.cs:3`**:\n\n```cs\nint count = 1;\n```", "src/A.cs")]
    [InlineData("From src/A.cs:3-4:\n```cs\n3: int count = 1;\n4: return count;\n```", "src/A.cs")]
    public void Find_CodeAttributedToAFile_IsAQuote(string text, string path)
    {
        var claim = Assert.Single(Find(text), claim => claim.Quotes.Count > 0);

        Assert.Equal(path, claim.Path);
        Assert.StartsWith("intcount=1;", claim.Quotes[0][0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Create `src/New.cs`:\n\n```cs\nint count = 1;\n```")]
    [InlineData("`src/A.cs`:\n\n```cs\nint count = 1;\n```")]
    [InlineData("```diff src/A.cs\n+ int count = 1;\n```")]
    [InlineData("```cs\nint count = 1;\n```")]
    public void Find_CodeThatMayBeAProposal_IsNoQuote(string text) => Assert.DoesNotContain(Find(text), claim => claim.Quotes.Count > 0);

    [Fact]
    public void Find_ElidedQuote_IsInPieces()
    {
        var claim = Assert.Single(Find("```cs src/A.cs\nint count = 1;\n// ...\nreturn count;\n```"));

        Assert.Equal(2, claim.Quotes.Count);
    }

    [Fact]
    public void Find_ThousandsOfClaims_AreBounded() =>
        Assert.Equal(CitationScan.MostClaims, Find(string.Concat(Enumerable.Range(0, 2000).Select(n => $"`src/file{n}.cs`\n"))).Count);

    [Theory]
    [InlineData("%00")]
    [InlineData("%0A")]
    [InlineData("%1B")]
    [InlineData("%7F")]
    public void Find_EscapedControlCharacter_IsNoClaim(string escaped) => Assert.Empty(Find($"[x](src/a{escaped}b.cs) [y](a.cs%3A1{escaped})"));

    [Fact]
    public void Find_ThousandsOfPieces_AreBoundedAndSaidToBe()
    {
        var pieces = string.Concat(Enumerable.Range(0, 77_000).Select(n => $"x{n:0000000}\n...\n"));
        var took = System.Diagnostics.Stopwatch.StartNew();
        var claims = Find($"```cs src/A.cs\n{pieces}```\n\n```cs src/B.cs\n{pieces}```\n");

        Assert.True(took.Elapsed < TimeSpan.FromSeconds(2), $"{took.Elapsed}");
        var claim = Assert.Single(claims);
        Assert.Equal((CitationScan.MostPieces, true), (claim.Quotes.Count, claim.QuotesMore));
    }

    [Fact]
    public void Find_LongPiece_IsItsBeginning()
    {
        var lines = Assert.Single(Assert.Single(Find($"```cs src/A.cs\n{string.Concat(Enumerable.Range(0, 90).Select(n => $"line{n};\n"))}```\n")).Quotes);
        var characters = Assert.Single(Assert.Single(Find($"```cs src/A.cs\nstart;\n{new string('a', 100_000)}\n```\n")).Quotes);

        Assert.Equal((CitationScan.MostPieceLines, "line39;"), (lines.Count, lines[^1]));
        Assert.Equal(CitationScan.LongestPiece, characters.Sum(line => line.Length));
    }

    private static IReadOnlyList<Claim> Find(string text)
    {
        Assert.True(MarkdownOutline.TryParse(TextDocument.Of("r.md", text), out var outline, out var fault), fault?.ToString());
        return CitationScan.Find(outline);
    }
}
