using Awoc.Core.Catalog;
using Awoc.Plans.Yaml;

namespace Awoc.Plans.Workflows.Reading;

/// <summary>All that is wrong with one file, in the order of its lines.</summary>
internal sealed class FaultList(YamlSource source)
{
    /// <summary>A file with more faults than these is no workflow.</summary>
    public const int Most = 100;

    private const int ShownValue = 60;
    private const int LongestCompared = 64;

    private readonly List<PlanFault> _faults = [];

    public bool IsEmpty => _faults.Count == 0;

    public IReadOnlyList<PlanFault> Sorted
    {
        get
        {
            List<PlanFault> all = [.. _faults.Distinct().OrderBy(f => f.Line).ThenBy(f => f.Column)];
            if (all.Count <= Most) return all;
            var next = all[Most];
            return [.. all.Take(Most), next with { What = $"and {all.Count - Most} more faults from here on" }];
        }
    }

    public void Add(TextPosition at, string what) => _faults.Add(new PlanFault(Math.Max(1, at.Line), Math.Max(1, at.Column), what));

    public void Add(YamlPiece piece, string what) => Add(piece.At, what);

    /// <param name="offset">In the scalar's value.</param>
    public void Add(YamlPiece.Scalar scalar, int offset, string what) => Add(source.At(scalar, offset), what);

    public void AddAll(IEnumerable<PlanFault> faults) => _faults.AddRange(faults);

    /// <summary>"; did you mean 'X'?", or nothing.</summary>
    public static string Hint(string word, IEnumerable<string> known)
    {
        if (word.Length is 0 or > LongestCompared) return "";
        var (near, distance) = known
            .Where(k => Math.Abs(k.Length - word.Length) <= 3)
            .Select(k => (k, EditDistance.Between(k, word.Replace('-', '_'))))
            .DefaultIfEmpty(("", int.MaxValue))
            .MinBy(k => k.Item2);
        return distance <= Math.Max(1, Math.Min(word.Length, near.Length) / 3) ? $"; did you mean '{near}'?" : "";
    }

    public static string Shown(string value)
    {
        var line = new string([.. value.Take(ShownValue).Select(c => char.IsControl(c) ? ' ' : c)]);
        return value.Length > ShownValue ? $"'{line}…'" : $"'{line}'";
    }
}
