namespace Awoc.Plans.Batches;

/// <summary>What makes tasks related.</summary>
/// <param name="Kin">Agent, model, directory and type family in one: others are not related.</param>
/// <param name="Context">Files that they are given to know.</param>
public sealed record Relation(string Kin, IReadOnlyCollection<string> Context);

/// <summary>Puts tasks together that have a context in common: those of one agent, model, directory and type family whose files overlap.</summary>
public static class RelatedTasks
{
    /// <summary>
    /// Sets of places, each in the order of the file, the sets in the order of their first. Tasks without files are one set, those with files
    /// belong together where they share one, directly or by way of others.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<int>> Sets(IReadOnlyList<Relation> tasks)
    {
        var parents = Enumerable.Range(0, tasks.Count).ToArray();
        Dictionary<(string Kin, string? File), int> first = [];
        for (var at = 0; at < tasks.Count; at++)
        {
            foreach (var file in tasks[at].Context.Count == 0 ? [null] : tasks[at].Context.Cast<string?>())
            {
                if (!first.TryAdd((tasks[at].Kin, file), at)) Join(first[(tasks[at].Kin, file)], at);
            }
        }

        return [.. Enumerable.Range(0, tasks.Count).GroupBy(Root).Select(IReadOnlyList<int> (set) => [.. set])];

        int Root(int at)
        {
            while (parents[at] != at) at = parents[at] = parents[parents[at]];
            return at;
        }

        void Join(int one, int other)
        {
            var (left, right) = (Root(one), Root(other));
            parents[Math.Max(left, right)] = Math.Min(left, right);
        }
    }
}
