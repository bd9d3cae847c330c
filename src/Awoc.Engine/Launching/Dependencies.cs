using System.Collections.Immutable;
using Awoc.Core.Agents;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Core.Waiting;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Launching;

/// <summary>
/// What the launches of a batch wait for: from the words of their orders to ids. A word is a key of the same batch, else the name of
/// one of its tasks, else a word that the batch brings for an older one, else whatever means one task of the store.
/// </summary>
/// <param name="ids">Of the tasks to be, in the order of the batch's entries.</param>
internal sealed class Dependencies(EnginePorts ports, BatchOrder batch, IReadOnlyList<TaskId> ids)
{
    private const int Shown = 5;
    private const int MostCycles = 10;
    private const int ShownInCycle = 50;

    private readonly Dictionary<string, int> _here = Here(batch);
    private readonly Dictionary<string, (TaskId? Id, string? Fault)> _found = new(StringComparer.Ordinal);

    /// <summary>The specs with what they wait for, each with the faults that were found; in the order of the batch.</summary>
    /// <param name="specs">Null stands for one that is faulty already: it is looked at all the same.</param>
    public async Task<IReadOnlyList<(TaskSpec Spec, List<SpecFault> Faults)>> PutIntoAsync(IReadOnlyList<TaskSpec?> specs, CancellationToken cancellation)
    {
        List<(TaskSpec, List<SpecFault>)> answers = new(specs.Count);
        for (var at = 0; at < specs.Count; at++)
        {
            List<SpecFault> faults = [];
            var order = batch.Entries[at].Order;
            var start = (specs[at]?.Start ?? new StartCondition()) with
            {
                After = await ResolveAsync(at, "--after", order.After, faults, cancellation),
                AfterAny = await ResolveAsync(at, "--after-any", order.AfterAny, faults, cancellation),
                AfterEnded = await ResolveAsync(at, "--after-ended", order.AfterEnded, faults, cancellation),
                When = batch.Entries[at].Step?.When,
            };
            if (order.OnUnmet is { } word && order.After.Count + order.AfterAny.Count == 0)
                faults.Add(new SpecFault("--on-unmet", word, "a task that it waits for beside it: --after or --after-any"));
            if (specs[at] is not { } spec)
            {
                answers.Add((null!, faults));
                continue;
            }

            var words = Words(at);
            var template = TaskTemplate.Parse(spec.Description, words);
            faults.AddRange(template.Faults.Select(f => new SpecFault("DESCRIPTION", f.Text, f.Allowed)));
            var speaksOf = start.When is null ? template.References.Select(r => r.Name) : words;
            answers.Add((
                spec with
                {
                    Start = start == new StartCondition() ? null : start,
                    References = speaksOf.Distinct().Where(w => IdOf(w) is not null).ToImmutableSortedDictionary(w => w, w => IdOf(w)!.Value, StringComparer.Ordinal),
                },
                faults));
        }

        AddDuplicates(answers);
        AddCycles(answers);
        return answers;
    }

    private static Dictionary<string, int> Here(BatchOrder batch)
    {
        Dictionary<string, int> here = new(StringComparer.Ordinal);
        for (var at = 0; at < batch.Entries.Count; at++)
        {
            if (batch.Entries[at].Key is { } key) here.TryAdd(key, at);
        }

        // A single launch names an older task by the name that it takes over.
        if (batch.Entries.Count == 1) return here;
        for (var at = 0; at < batch.Entries.Count; at++)
        {
            if (batch.Entries[at].Order.Name is { } name) here.TryAdd(name, at);
        }

        return here;
    }

    private List<string> Words(int at)
    {
        var order = batch.Entries[at].Order;
        return [.. order.After.Concat(order.AfterAny).Concat(order.AfterEnded).Concat(batch.Entries[at].Step?.Reads ?? []).Distinct()];
    }

    /// <summary>Of a word that was resolved before.</summary>
    private TaskId? IdOf(string word) =>
        _here.TryGetValue(word, out var at) ? ids[at] : batch.Known.TryGetValue(word, out var earlier) ? earlier : _found.GetValueOrDefault(word).Id;

    private async Task<ImmutableArray<TaskId>> ResolveAsync(
        int at, string field, IReadOnlyList<string> references, List<SpecFault> faults, CancellationToken cancellation)
    {
        if (references.Count == 0) return [];
        List<TaskId> found = [];
        foreach (var reference in references)
        {
            if (_here.TryGetValue(reference, out var other))
            {
                if (other == at) faults.Add(new SpecFault(field, reference, "another task: it would wait for itself"));
                else found.Add(ids[other]);
                continue;
            }

            if (batch.Known.TryGetValue(reference, out var earlier))
            {
                found.Add(earlier);
                continue;
            }

            var (id, fault) = await FindAsync(reference, cancellation);
            if (id is { } one) found.Add(one);
            else faults.Add(new SpecFault(field, reference.Length > 60 ? reference[..60] + "…" : reference, fault!));
        }

        return [.. found.Distinct()];
    }

    private async Task<(TaskId? Id, string? Fault)> FindAsync(string reference, CancellationToken cancellation)
    {
        if (_found.TryGetValue(reference, out var known)) return known;
        var means = await ports.Book.Store.ResolveAsync(reference, Shown + 1, cancellation);
        return _found[reference] = means switch
        {
            [var one] => (one, null),
            [] when batch.Entries.Any(e => e.Key is not null) =>
                (null, $"a task of this batch ({Some(batch.Entries.Select(e => e.Key).OfType<string>())}), or one that exists: its id, the beginning of it, or its name"),
            [] => (null, "a task that exists: its id, the beginning of it, its name, or @last; 'awoc status all' lists them"),
            _ => (null, $"more of the id: it fits several tasks ({Some(means.Select(id => id.Handle))})"),
        };
    }

    private static string Some(IEnumerable<string> all)
    {
        List<string> some = [.. all.Take(Shown + 1)];
        return string.Join(", ", some.Take(Shown)) + (some.Count > Shown ? ", …" : "");
    }

    /// <summary>Two that answer to one word: nobody could say which is meant.</summary>
    private void AddDuplicates(List<(TaskSpec, List<SpecFault> Faults)> answers)
    {
        if (batch.Entries.Count == 1) return;
        foreach (var (field, of) in ((string, Func<BatchEntry, string?>)[])[("KEY", e => e.Key), ("--name", e => e.Order.Name)])
        {
            Dictionary<string, int> first = new(StringComparer.Ordinal);
            for (var at = 0; at < batch.Entries.Count; at++)
            {
                if (of(batch.Entries[at]) is not { } word || first.TryAdd(word, at)) continue;
                answers[at].Faults.Add(new SpecFault(field, word, $"a word of its own: task {first[word] + 1} of the batch has it"));
            }
        }
    }

    private void AddCycles(List<(TaskSpec, List<SpecFault> Faults)> answers)
    {
        if (batch.Entries.Count == 1) return;
        IReadOnlyList<IReadOnlyList<int>> edges =
        [
            .. batch.Entries.Select((e, at) => (IReadOnlyList<int>)
            [
                .. e.Order.After.Concat(e.Order.AfterAny).Concat(e.Order.AfterEnded)
                    .Select(word => _here.GetValueOrDefault(word, at)).Where(other => other != at).Distinct(),
            ]),
        ];
        foreach (var cycle in DependencyCycles.Find(edges, MostCycles))
        {
            var named = cycle.Select(at => batch.Label(at)!).ToList();
            var shown = named.Count <= ShownInCycle
                ? string.Join(" → ", named)
                : $"{string.Join(" → ", named.Take(ShownInCycle))} → … → {named[^1]}";
            answers[cycle[0]].Faults.Add(new SpecFault("--after", named[1], $"no cycle: {shown}"));
        }
    }
}
