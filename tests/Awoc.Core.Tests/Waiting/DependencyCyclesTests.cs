using Awoc.Core.Waiting;
using CsCheck;

namespace Awoc.Core.Tests.Waiting;

public sealed class DependencyCyclesTests
{
    [Fact]
    public void Find_Cycle_IsNamedWhole() => Assert.Equal([[0, 2, 1, 0]], DependencyCycles.Find([[2], [0], [1], []], 10));

    [Fact]
    public void Find_ChainOfAHundredThousand_NeedsNoStack()
    {
        const int Length = 100_000;
        IReadOnlyList<IReadOnlyList<int>> chain = [.. Enumerable.Range(0, Length).Select(n => (IReadOnlyList<int>)[(n + 1) % Length])];
        Assert.Equal(Length + 1, Assert.Single(DependencyCycles.Find(chain, 10)).Count);
    }

    [Fact]
    public void Find_AnyGraph_FindsACycleExactlyWhereNoOrderExists() =>
        Gen.Int[0, 9].Array[0, 2].Array[10].Sample(edges =>
        {
            IReadOnlyList<IReadOnlyList<int>> graph = [.. edges.Select(e => (IReadOnlyList<int>)[.. e.Distinct()])];
            var cycles = DependencyCycles.Find(graph, 100);
            Assert.Equal(!HasOrder(graph), cycles.Count > 0);
            Assert.All(cycles, cycle =>
            {
                Assert.Equal(cycle[0], cycle[^1]);
                for (var at = 0; at + 1 < cycle.Count; at++) Assert.Contains(cycle[at + 1], graph[cycle[at]]);
            });
        });

    private static bool HasOrder(IReadOnlyList<IReadOnlyList<int>> graph)
    {
        HashSet<int> left = [.. Enumerable.Range(0, graph.Count)];
        while (left.Count > 0)
        {
            var free = left.Where(n => !graph[n].Any(left.Contains)).ToList();
            if (free.Count == 0) return false;
            left.ExceptWith(free);
        }

        return true;
    }
}
