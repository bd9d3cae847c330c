using Awoc.Core.Integration;
using Awoc.Documents.Integration;
using Awoc.Documents.Tests.Fuzz;
using CsCheck;

namespace Awoc.Documents.Tests;

public sealed class PropertyTests
{
    private static Gen<string> Documents => Gen.Int.Select(seed => new MarkdownMaker(new Random(seed), null).Make());

    [Fact]
    public void Merge_TargetAndResult_LinesStayInOrder() => Gen.Select(Documents, Documents, Gen.Bool).Sample((target, result, marks) =>
        ResultIntegration.Plan(Requests.Of(IntegrationMode.Merge, target, result, marks: marks)) is not IntegrationAnswer.Planned planned
        || Laws.FirstMissing(TextDocument.Of("a", target), TextDocument.Of("b", planned.Text())) is null, iter: 2000);

    [Fact]
    public void Append_TwoResultsInEitherOrder_HaveTheSameLines() => Gen.Select(Documents, Documents, Documents).Sample((target, one, other) =>
    {
        var first = Requests.Of(IntegrationMode.Append, target, one, marks: true);
        var second = Requests.Of(IntegrationMode.Append, target, other, marks: true) with { Origin = Requests.Other };
        return (Both(first, second), Both(second, first)) is not ({ } a, { } b) || a.SequenceEqual(b, StringComparer.Ordinal);
    }, iter: 1000);

    [Fact]
    public void Append_TenResults_AreAllPresent()
    {
        var target = "# Doc\n"u8.ToArray();
        for (var task = 0; task < 10; task++)
        {
            var request = Requests.Of(IntegrationMode.Append, "", $"Result {task}.\n", marks: true);
            target = Requests.Plan(request with { Target = target, Origin = request.Origin with { Task = Core.Tasks.TaskId.Parse($"1763876543-9f86d081880{task}") } }).Content;
        }

        Assert.All(Enumerable.Range(0, 10), task => Assert.Contains($"Result {task}.", System.Text.Encoding.UTF8.GetString(target), StringComparison.Ordinal));
    }

    /// <summary>The lines of both, in no order; null where one of them is refused. Empty ones depend on what is beside them.</summary>
    private static List<string>? Both(IntegrationRequest first, IntegrationRequest second)
    {
        if (ResultIntegration.Plan(first) is not IntegrationAnswer.Planned one || ResultIntegration.Plan(second with { Target = one.Content }) is not IntegrationAnswer.Planned both) return null;
        var text = TextDocument.TryRead(both.Content, "f", out var document, out _) ? document : throw new InvalidDataException();
        return [.. Enumerable.Range(0, text.LineCount).Select(l => text.Line(l).ToString()).Where(l => !string.IsNullOrWhiteSpace(l)).Order(StringComparer.Ordinal)];
    }
}
