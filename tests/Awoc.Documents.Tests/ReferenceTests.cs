using System.Text;
using Awoc.Core.Integration;
using Awoc.Documents.Integration;

namespace Awoc.Documents.Tests;

public sealed class ReferenceTests
{
    private const string Line = "- [Stripe payments](.awoc/stripe.md) \u2014 Stripe is usable. (succeeded, 2026-11-23) <!-- awoc:9f86d081884c reference -->";

    [Fact]
    public void Reference_NoSection_MakesOne() =>
        Assert.Equal($"# Doc\n\n## References\n\n{Line}\n", Requests.After(Requests.Of(IntegrationMode.Reference, "# Doc\n", "x", marks: true)));

    [Fact]
    public void Reference_AmongOthers_IsSortedAndLeavesAPersonsLines()
    {
        const string earlier = "* [B](b.md) (succeeded, 2026-01-02) <!-- awoc:000000000001 reference -->";
        const string later = "* [C](c.md) (failed, 2027-01-02) <!-- awoc:000000000002 reference -->";
        Assert.Equal(
            $"## references\n\n* mine\n{earlier}\n{Line.Replace("- [", "* [", StringComparison.Ordinal)}\n{later}\n* mine too\n\n## End\n",
            Requests.After(Requests.Of(IntegrationMode.Reference, $"## references\n\n* mine\n{earlier}\n{later}\n* mine too\n\n## End\n", "x", marks: true)));
    }

    [Fact]
    public void Reference_NewerResult_ReplacesTheTasksOwnLine()
    {
        var first = Requests.After(Requests.Of(IntegrationMode.Reference, "# Doc\n", "x", marks: true));
        var newer = Requests.Of(IntegrationMode.Reference, first, "x", marks: true);
        var planned = Requests.Plan(newer with { Origin = newer.Origin with { Summary = "Not usable.", EndedAt = newer.Origin.EndedAt.AddDays(1) } });
        Assert.Equal($"# Doc\n\n## References\n\n{Line.Replace("Stripe is usable.", "Not usable.", StringComparison.Ordinal).Replace("-23", "-24", StringComparison.Ordinal)}\n", planned.Text());
        Assert.Equal(planned.Quality.TargetLines, planned.Quality.TargetLinesKept);
    }

    [Fact]
    public void Reference_NewerResultLaterInTheOrder_Moves()
    {
        const string between = "- [C](c.md) (failed, 2026-11-30) <!-- awoc:000000000002 reference -->";
        var newer = Requests.Of(IntegrationMode.Reference, $"## References\n\n{Line}\n{between}", "x", marks: true);
        var planned = Requests.Plan(newer with { Origin = newer.Origin with { EndedAt = newer.Origin.EndedAt.AddMonths(1) } });
        Assert.Equal($"## References\n\n{between}\n{Line.Replace("2026-11-23", "2026-12-23", StringComparison.Ordinal)}", planned.Text());
    }

    /// <summary>A merge marks what it adds with the task's handle, and whoever wrote the result chose the words.</summary>
    [Theory]
    [InlineData("- [Stripe](https://stripe.com) (2026-11-01) <!-- awoc:9f86d081884c -->")]
    [InlineData("- [Stripe](https://stripe.com) (succeeded, 2026-11-01) <!-- awoc:9f86d081884c -->")]
    [InlineData("- [Stripe](https://stripe.com) (see the pages there) <!-- awoc:9f86d081884c reference -->")]
    [InlineData("- [Stripe](https://stripe.com) (succeeded, 2026-13-01) <!-- awoc:9f86d081884c reference -->")]
    [InlineData("- [Stripe](https://stripe.com) (succeeded, 2026-11-01) <!-- awoc:9f86d081884c reference --> <!-- awoc:9f86d081884c -->")]
    public void Reference_LineThatIsNone_Stays(string line)
    {
        var target = $"## References\n\n{line}\n";
        Assert.Equal($"{target}{Line}\n", Requests.After(Requests.Of(IntegrationMode.Reference, target, "x", marks: true)));
    }

    [Fact]
    public void Reference_AfterAMergeOfTheSameTask_ReplacesNothingOfIt()
    {
        var merged = Requests.Merge("## References\n\n- a\n", "## References\n\n- [Stripe](https://stripe.com) (read on 2026-11-01)\n", marks: true);
        Assert.Contains("(read on 2026-11-01) <!-- awoc:9f86d081884c -->\n", merged, StringComparison.Ordinal);
        Assert.Equal($"{merged}{Line}\n", Requests.After(Requests.Of(IntegrationMode.Reference, merged, "x", marks: true)));
    }

    [Fact]
    public void Reference_TwoTasks_CommuteInLines()
    {
        var one = Requests.Of(IntegrationMode.Reference, "# Doc\n", "x", marks: true);
        var other = one with { Origin = Requests.Other };
        Assert.Equal(Both(one, other), Both(other, one));
    }

    [Fact]
    public void Reference_Unmarked_IsFoundByItsLink() =>
        Assert.False(Requests.Plan(Requests.Of(IntegrationMode.Reference, "## References\n\n- [other words](.awoc/stripe.md)\n", "x")).Changed);

    [Fact]
    public void Reference_NoClosingWords_TakesTheSummarySection()
    {
        var request = Requests.Of(IntegrationMode.Reference, "", "# R\n\n## Findings\n\n- f\n\n## Executive Summary\n\nIt works. Really.\n");
        Assert.Contains("\u2014 It works. (", Requests.After(request with { Origin = request.Origin with { Summary = null } }), StringComparison.Ordinal);
    }

    [Fact]
    public void Reference_IntoText_IsALine() => Assert.Equal(
        "a\nStripe payments: .awoc/stripe.md - Stripe is usable. (succeeded, 2026-11-23)\n", Requests.After(Requests.Of(IntegrationMode.Reference, "a\n", "x", "notes.txt")));

    [Fact]
    public void Reference_IntoCode_IsRefused() => Assert.NotNull(Requests.Refuse(Requests.Of(IntegrationMode.Reference, "a\n", "x", "a.py")));

    private static string Both(IntegrationRequest first, IntegrationRequest second) =>
        Encoding.UTF8.GetString(Requests.Plan(second with { Target = Requests.Plan(first).Content }).Content);
}
