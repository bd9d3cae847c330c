using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Awoc.Core.Budgets;
using Awoc.Plans.Yaml;

namespace Awoc.Plans.Workflows;

/// <summary>What a key's value may be: of one YAML kind, or a text with <c>${inputs.NAME}</c> in it, which is judged once the input is known.</summary>
public abstract partial record FieldRule
{
    private FieldRule()
    {
    }

    /// <summary>In words: what would be taken.</summary>
    public abstract string Allowed { get; }

    /// <summary>The value as <c>awoc run</c> would take it; null when it is no such value.</summary>
    internal abstract string? Of(string value, ScalarKind kind);

    /// <summary>As <see cref="Of(string, ScalarKind)"/>, for a value that stood for an input: its own kind is told by its text alone.</summary>
    internal string? OfText(string value) => Of(value, CoreSchema.KindOf(value)) ?? Of(value, ScalarKind.Text);

    /// <param name="Longest">In UTF-16 units.</param>
    /// <param name="Pattern">A regular expression that ECMAScript and .NET read alike; null for any text.</param>
    /// <param name="Words">What the pattern asks for.</param>
    public sealed record Text(int Longest, string? Pattern = null, string? Words = null) : FieldRule
    {
        public override string Allowed => Words ?? $"text of 1 to {Longest} characters";

        internal override string? Of(string value, ScalarKind kind) =>
            kind == ScalarKind.Text && value.Length > 0 && value.Length <= Longest
            && (Pattern is null || Regex.IsMatch(value, Pattern, RegexOptions.CultureInvariant, s_patience))
                ? value
                : null;
    }

    public sealed record Whole(long Least, long Most) : FieldRule
    {
        public override string Allowed => string.Create(CultureInfo.InvariantCulture, $"a whole number from {Least} to {Most}, without quotes");

        internal override string? Of(string value, ScalarKind kind) =>
            kind == ScalarKind.Whole && ValueOf(value) is { } number && number >= Least && number <= Most
                ? number.ToString(CultureInfo.InvariantCulture)
                : null;
    }

    /// <summary>US dollars at list price.</summary>
    public sealed record Money : FieldRule
    {
        public override string Allowed => LimitTexts.CostAllowed + ", without quotes";

        internal override string? Of(string value, ScalarKind kind) =>
            kind is ScalarKind.Whole or ScalarKind.Fraction
            && decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var dollars)
            && dollars.ToString("0.############################", CultureInfo.InvariantCulture) is var text
            && LimitTexts.TryCost(text, out _)
                ? text
                : null;
    }

    /// <param name="Off">0 and <c>off</c> take the limit away.</param>
    public sealed partial record Time(bool Off = false) : FieldRule
    {
        /// <summary>What a text may be, as <see cref="Duration"/> has it.</summary>
        public const string Pattern = "^(?:[0-9]{1,18}|(?=[0-9])(?:[0-9]{1,6}d)?(?:[0-9]{1,8}h)?(?:[0-9]{1,9}m)?(?:[0-9]{1,12}s)?)$";

        public override string Allowed => $"{(Off ? LimitTexts.StallAllowed : Duration.Allowed)}, at most {Duration.Text(Budget.MaxTimeoutSeconds)}";

        internal override string? Of(string value, ScalarKind kind)
        {
            if (kind == ScalarKind.Whole)
                return ValueOf(value) is { } number && number >= (Off ? 0 : 1) && number <= Budget.MaxTimeoutSeconds ? number.ToString(CultureInfo.InvariantCulture) : null;
            if (kind != ScalarKind.Text) return null;
            if (Off) return LimitTexts.TryStall(value, out _) ? value : null;
            return Duration.TryParseSeconds(value, out var seconds) && seconds is >= 1 and <= Budget.MaxTimeoutSeconds ? value : null;
        }
    }

    public sealed record Word(ImmutableArray<string> Words) : FieldRule
    {
        public override string Allowed => string.Join(", ", Words[..^1]) + " or " + Words[^1];

        internal override string? Of(string value, ScalarKind kind) => kind == ScalarKind.Text && Words.Contains(value) ? value : null;
    }

    public sealed record Truth : FieldRule
    {
        public override string Allowed => "true or false";

        internal override string? Of(string value, ScalarKind kind) => kind == ScalarKind.Truth ? value.ToLowerInvariant() : null;
    }

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private static long? ValueOf(string text)
    {
        var (digits, style) = text switch
        {
            ['0', 'x', .. var hex] => (hex, NumberStyles.AllowHexSpecifier),
            ['0', 'o', ..] => ("", NumberStyles.None),
            ['+', .. var positive] => (positive, NumberStyles.None),
            _ => (text, NumberStyles.AllowLeadingSign),
        };
        return long.TryParse(digits, style, CultureInfo.InvariantCulture, out var value) && (style != NumberStyles.AllowHexSpecifier || value >= 0) ? value : null;
    }
}
