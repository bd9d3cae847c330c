using Awoc.Plans.Batches;

namespace Awoc.Plans.Tests.Batches;

public sealed class RelatedTasksTests
{
    [Fact]
    public void Sets_OverlapDirectlyOrByOthers_AreOneAndKeepTheirOrder() => Assert.Equal(
        [[0, 2, 4], [1], [3, 5]],
        RelatedTasks.Sets(
        [
            new Relation("k", ["a"]), new Relation("other", ["a"]), new Relation("k", ["c", "b"]), new Relation("k", []), new Relation("k", ["a", "b"]), new Relation("k", []),
        ]));
}
