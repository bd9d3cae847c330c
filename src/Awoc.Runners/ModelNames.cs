using System.Text.RegularExpressions;
using Awoc.Core.Agents;
using Awoc.Core.Catalog;
using Awoc.Core.Tasks;

namespace Awoc.Runners;

/// <summary>Which model names are taken at launch, before anything is paid for.</summary>
internal static partial class ModelNames
{
    private const int ShownLength = 60;

    /// <summary>
    /// An alias, a full name (<c>claude-…</c>) or the rehearsal's. Another base URL may serve any model, so with one set
    /// any well-formed name passes; without one an unknown word is a slip of the hand.
    /// </summary>
    public static IEnumerable<SpecFault> Validate(TaskSpec spec, IReadOnlyList<string> aliases)
    {
        if (spec.Model is not { } model) yield break;
        var known = $"{string.Join(", ", aliases)}, rehearsal, or a full name such as claude-sonnet-5";
        if (!WellFormed().IsMatch(model))
        {
            yield return new SpecFault("--model", Shown(model), known);
            yield break;
        }

        var plain = model.EndsWith("[1m]", StringComparison.Ordinal) ? model[..^4] : model;
        if (IsRehearsal(plain) || plain.StartsWith("claude-", StringComparison.Ordinal) || aliases.Contains(plain)) yield break;
        if (spec.Environment.Value(AnthropicCredential.BaseUrl) is not null) yield break;
        var near = aliases.Append("rehearsal").Where(alias => EditDistance.Between(plain, alias) <= 2).ToList();
        yield return new SpecFault(
            "--model", Shown(model), near.Count == 0 ? known : $"did you mean {string.Join(" or ", near)}? Taken are {known}");
    }

    public static bool IsRehearsal(string model) =>
        model == "rehearsal" || model.StartsWith("rehearsal/", StringComparison.Ordinal);

    private static string Shown(string text)
    {
        var line = new string([.. text.Take(ShownLength).Select(c => char.IsControl(c) ? ' ' : c)]);
        return text.Length > ShownLength ? line + "…" : line;
    }

    // No leading dash: the name stands alone in an argument list. A rehearsal's scenario may carry parameters.
    [GeneratedRegex(@"^(?:[A-Za-z0-9][A-Za-z0-9._:/@\[\]-]{0,199}|rehearsal/[A-Za-z0-9._,=?&-]{1,190})\z")]
    private static partial Regex WellFormed();
}
