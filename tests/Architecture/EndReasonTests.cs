using System.Text.Json;
using System.Text.RegularExpressions;

namespace Awoc.Architecture;

/// <summary>The vocabulary of reasons is closed: what the code can say, <c>docs/endings.md</c> explains, and nothing else.</summary>
public sealed partial class EndReasonTests
{
    [Fact]
    public void EveryEndReason_IsDocumentedInCodeAndOnThePage()
    {
        var source = File.ReadAllText(Path.Combine(DependencyTests.Root(), "src", "Awoc.Core", "Tasks", "Axes.cs"));
        var body = source[source.IndexOf("public enum EndReason", StringComparison.Ordinal)..];
        var members = Member().Matches(body).Select(m => JsonNamingPolicy.SnakeCaseLower.ConvertName(m.Groups[1].Value)).ToList();
        Assert.Equal(members.Count, Summary().Count(body));

        var page = File.ReadAllText(Path.Combine(DependencyTests.Root(), "docs", "endings.md"));
        var head = page[..page.IndexOf("## Ways to end", StringComparison.Ordinal)];
        Assert.Equal(members, Row().Matches(head).Select(m => m.Groups[1].Value));
    }

    [GeneratedRegex(@"^    (\w+),$", RegexOptions.Multiline)]
    private static partial Regex Member();

    [GeneratedRegex(@"^    /// <summary>.+</summary>$", RegexOptions.Multiline)]
    private static partial Regex Summary();

    [GeneratedRegex(@"^\| `(\w+)` \| .+ \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
