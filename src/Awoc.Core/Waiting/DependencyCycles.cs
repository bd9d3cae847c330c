namespace Awoc.Core.Waiting;

/// <summary>Finds tasks that wait for one another in a circle, and so for ever.</summary>
public static class DependencyCycles
{
    /// <summary>
    /// A cycle for each way back in the graph, each with its first node again at its end (<c>a b a</c>); empty where there is none. Takes
    /// time and memory linear in nodes and edges, and recurses nowhere.
    /// </summary>
    /// <param name="waitsFor">Of each node, the nodes that it waits for.</param>
    /// <param name="most">So many at most.</param>
    public static IReadOnlyList<IReadOnlyList<int>> Find(IReadOnlyList<IReadOnlyList<int>> waitsFor, int most)
    {
        const byte Unseen = 0, OnPath = 1, Done = 2;
        var colors = new byte[waitsFor.Count];
        List<IReadOnlyList<int>> cycles = [];
        List<int> path = [];
        var next = new int[waitsFor.Count];
        for (var root = 0; root < waitsFor.Count && cycles.Count < most; root++)
        {
            if (colors[root] != Unseen) continue;
            Enter(root);
            while (path.Count > 0)
            {
                var node = path[^1];
                if (next[node] == waitsFor[node].Count)
                {
                    colors[node] = Done;
                    path.RemoveAt(path.Count - 1);
                    continue;
                }

                var other = waitsFor[node][next[node]++];
                if (colors[other] == Unseen) Enter(other);
                else if (colors[other] == OnPath && cycles.Count < most) cycles.Add([.. path.Skip(path.IndexOf(other)), other]);
            }
        }

        return cycles;

        void Enter(int node)
        {
            colors[node] = OnPath;
            path.Add(node);
        }
    }
}
