using System.Collections.Concurrent;
using System.Collections.Immutable;
using Awoc.Core.Agents;
using Awoc.Core.Catalog;
using Awoc.Core.Tasks;

namespace Awoc.Prompts.Catalog;

/// <summary>
/// The task types there are, the built-in ones and what a user and a project add or put in their place. A definition is read when its
/// type is first asked for, so that a faulty one stands in the way of no other.
/// </summary>
public sealed class TaskTypeCatalog
{
    /// <summary>A longer word is shown cut: a ten-megabyte description must not come back whole in an error.</summary>
    private const int ShownLength = 60;

    /// <summary>Edits up to which a name counts as a slip of the hand.</summary>
    private const int SlipDistance = 2;

    private readonly ImmutableArray<TypeSource> _sources;
    private readonly ConcurrentDictionary<TypeSource, CatalogEntry> _read = new();

    private TaskTypeCatalog(ImmutableArray<TypeSource> sources)
    {
        _sources = sources;
        Names = [.. sources.Select(s => s.Name).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>The twenty types of the seed (the sixteen it lists and the four of its examples), and <c>custom</c>.</summary>
    public static TaskTypeCatalog BuiltIn { get; } = new(BuiltInTypes.Sources);

    public static TaskType Custom => BuiltIn.Find(TaskType.CustomName)!;

    /// <summary>The type that a task was launched as.</summary>
    public static TaskType Of(TaskSpec spec) => spec.Definition ?? BuiltIn.Find(spec.Type) ?? Custom;

    /// <summary>The built-in types and those of others; of two with one name, the later one counts.</summary>
    public static TaskTypeCatalog With(IEnumerable<TypeSource> sources) =>
        sources.ToList() is { Count: > 0 } own ? new([.. BuiltInTypes.Sources, .. own]) : BuiltIn;

    /// <summary>In order: the built-in ones as the seed has them, then the others.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>All of them, faulty ones included.</summary>
    public IEnumerable<CatalogEntry> Entries => Names.Select(name => EntryAt(Top(name, _sources.Length), []));

    /// <summary>The types that hold.</summary>
    public IEnumerable<TaskType> All => Entries.Select(e => e.Type).OfType<TaskType>();

    /// <summary>What the name stands for, in any case; null when there is none of that name.</summary>
    public CatalogEntry? Entry(string name) => Top(name.Trim(), _sources.Length) is var at && at < 0 ? null : EntryAt(at, []);

    /// <summary>The type of that name, in any case; null when there is none, or its definition is faulty.</summary>
    public TaskType? Find(string name) => Entry(name)?.Type;

    /// <summary>What a task of the type stores of it: the whole, where it is somebody's own; null of a built-in one.</summary>
    public TaskType? OwnOf(TaskType type) => Entry(type.Name) is { Origin: not TypeOrigin.BuiltIn } ? type : null;

    /// <summary>The names that the text may have meant, nearest first, at most three; empty when nothing is near.</summary>
    public ImmutableArray<string> Nearest(string name)
    {
        var text = name.Trim().ToLowerInvariant();
        if (text.Length is 0 or > ShownLength) return [];
        return
        [
            .. Names
                .Select(n => (Name: n, Distance: EditDistance.Between(text, n.ToLowerInvariant()), Length: Math.Max(text.Length, n.Length)))
                .Where(c => c.Distance * 2 <= c.Length)
                .OrderBy(c => c.Distance).ThenBy(c => c.Name, StringComparer.Ordinal)
                .Select(c => c.Name)
                .Take(3),
        ];
    }

    /// <summary>
    /// Reads the first argument of a launch: <c>TYPE</c>, <c>TYPE:DESCRIPTION</c>, or free text. Text with white space and
    /// no known type before a colon is a custom task, except where the word before the colon is a type's name with a slip
    /// of the hand in it (<c>reserch:Stripe payment</c>): that is asked back rather than paid for.
    /// </summary>
    public TaskRequest ParseTask(string text)
    {
        var trimmed = text.Trim();
        if (trimmed.Length == 0) return new TaskRequest.Invalid(new SpecFault("TYPE", "", $"a task type ({AllNames}) or a description"));

        var colon = trimmed.IndexOf(':', StringComparison.Ordinal);
        var head = (colon < 0 ? trimmed : trimmed[..colon]).TrimEnd();
        if (Entry(head) is { } entry)
        {
            if (entry.Type is not { } type) return new TaskRequest.Invalid(FaultyType(entry));
            var description = colon < 0 ? "" : trimmed[(colon + 1)..].Trim();
            return type.Name == TaskType.CustomName && description.Length == 0
                ? new TaskRequest.Invalid(new SpecFault("TYPE", head, "custom:TEXT, where TEXT says what is to be done"))
                : new TaskRequest.Valid(type, description);
        }

        return IsFreeText(trimmed, head, colon)
            ? new TaskRequest.Valid(Find(TaskType.CustomName) ?? Custom, trimmed)
            : new TaskRequest.Invalid(UnknownType(head));
    }

    /// <summary>The fault of a type that is not in the catalog.</summary>
    public SpecFault UnknownType(string name)
    {
        var nearest = Nearest(name);
        var allowed = nearest.IsEmpty ? AllNames : $"did you mean {string.Join(" or ", nearest)}? All types: {AllNames}";
        return new SpecFault("TYPE", Shown(name), allowed);
    }

    /// <summary>The fault of a type whose definition has faults.</summary>
    public static SpecFault FaultyType(CatalogEntry entry) => new(
        "TYPE", entry.Name, $"a type whose definition holds; this one has faults: {string.Join("; ", entry.Faults)} (awoc types validate)");

    private string AllNames => string.Join(", ", Names);

    /// <summary>The last definition of that name among the first ones; -1 for none.</summary>
    private int Top(string name, int below)
    {
        for (var at = below - 1; at >= 0; at--)
        {
            if (string.Equals(_sources[at].Name, name, StringComparison.OrdinalIgnoreCase)) return at;
        }

        return -1;
    }

    private CatalogEntry EntryAt(int at, ImmutableArray<int> above) => _read.TryGetValue(_sources[at], out var known) ? known : ReadAt(at, above);

    private CatalogEntry ReadAt(int at, ImmutableArray<int> above)
    {
        var source = _sources[at];
        var draft = source.Draft;
        var faults = draft.Faults;
        TaskType? below = null;
        if (Below(at) is { } wanted)
        {
            // A type of its own name is the one it takes the place of.
            var same = string.Equals(wanted.Name, source.Name, StringComparison.OrdinalIgnoreCase);
            var next = Top(wanted.Name, same ? at : _sources.Length);
            if (next < 0)
            {
                var near = same ? [] : Nearest(wanted.Name);
                faults = faults.Add(new TypeFault(source.Path, wanted.Line,
                    $"there is no type '{Shown(wanted.Name)}' to extend{(near.IsEmpty ? "" : $"; did you mean {string.Join(" or ", near)}?")}"));
            }
            else if (next == at || above.Contains(next))
            {
                var circle = above.Add(at).Select(i => _sources[i].Name).Append(_sources[next].Name);
                // Not kept: who else is in the circle is to hear of it with itself at the head.
                return new CatalogEntry(source.Name, source.Origin, source.Path, null,
                    [.. faults, new TypeFault(source.Path, wanted.Line, $"it extends itself: {string.Join(" → ", circle)}")])
                { Extends = wanted.Name };
            }
            else
            {
                var entry = EntryAt(next, above.Add(at));
                below = entry.Type;
                if (below is null)
                    faults = faults.Add(new TypeFault(source.Path, wanted.Line, $"the type it extends is faulty: {entry.Faults[0]}"));
                else if (draft is { Extends: not null, Family: { } family } && family.Family != below.Family)
                    faults = faults.Add(new TypeFault(source.Path, family.Line, $"family is {family.Family.Text()}, but '{below.Name}', which it extends, is of {below.Family.Text()}: leave one of the two out"));
            }
        }

        var read = new CatalogEntry(
            source.Name, source.Origin, source.Origin == TypeOrigin.BuiltIn ? null : source.Path, faults.IsEmpty ? draft.Over(source.Name, below) : null, faults)
        {
            Extends = draft.Extends?.Name,
        };
        return above.IsEmpty || faults.IsEmpty ? _read.GetOrAdd(source, read) : read;
    }

    /// <summary>What a definition builds upon: the type it names, else the one that stands for its family.</summary>
    private (string Name, int Line)? Below(int at)
    {
        var draft = _sources[at].Draft;
        if (draft.Extends is { } named) return named;
        if (_sources[at].Origin == TypeOrigin.BuiltIn) return null;
        return draft.Family is { } family ? (family.Family.Text(), family.Line) : (TaskType.CustomName, 1);
    }

    private bool IsFreeText(string text, string head, int colon)
    {
        if (!text.Any(char.IsWhiteSpace)) return false;
        if (colon < 0 || head.Length == 0 || head.Length > ShownLength || head.Any(char.IsWhiteSpace)) return true;
        var word = head.ToLowerInvariant();
        return !Names.Any(n => EditDistance.Between(word, n.ToLowerInvariant()) <= SlipDistance && word.Length > SlipDistance * 2);
    }

    private static string Shown(string text)
    {
        var line = new string([.. text.Take(ShownLength).Select(c => char.IsControl(c) ? ' ' : c)]);
        return text.Length > ShownLength ? line + "…" : line;
    }
}
