using System.Globalization;
using System.Text.Json;

namespace Awoc.Plans.Workflows.Conditions;

/// <summary>What an operand of a condition stands for.</summary>
public abstract record ConditionValue
{
    private ConditionValue()
    {
    }

    /// <summary>There is no such thing: a field that the result lacks, the outcome of a task that has not ended.</summary>
    public static ConditionValue None { get; } = new Nothing();

    /// <summary>By itself, as a whole condition.</summary>
    public abstract bool Holds { get; }

    public sealed record Nothing : ConditionValue
    {
        public override bool Holds => false;
    }

    public sealed record Text(string Value) : ConditionValue
    {
        public override bool Holds => Value.Length > 0 && Value != "false";
    }

    public sealed record Number(decimal Value) : ConditionValue
    {
        public override bool Holds => Value != 0;
    }

    public sealed record Truth(bool Value) : ConditionValue
    {
        public override bool Holds => Value;
    }

    /// <summary>A JSON array or object: it is there, and equals nothing.</summary>
    public sealed record Other : ConditionValue
    {
        public override bool Holds => true;
    }

    public static ConditionValue Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => new Text(element.GetString()!),
        JsonValueKind.Number when element.TryGetDecimal(out var number) => new Number(number),
        JsonValueKind.Number => new Text(element.GetRawText()),
        JsonValueKind.True => new Truth(true),
        JsonValueKind.False => new Truth(false),
        JsonValueKind.Array or JsonValueKind.Object => new Other(),
        _ => None,
    };

    /// <summary>Null where the two cannot be ordered. A text that reads as a number is one beside a number; inputs are always text.</summary>
    internal static int? Compare(ConditionValue left, ConditionValue right) => (left, right) switch
    {
        (Number l, Number r) => l.Value.CompareTo(r.Value),
        (Text l, Text r) => Math.Sign(string.CompareOrdinal(l.Value, r.Value)),
        (Text l, Number r) => NumberOf(l) is { } number ? number.CompareTo(r.Value) : null,
        (Number l, Text r) => NumberOf(r) is { } number ? l.Value.CompareTo(number) : null,
        _ => null,
    };

    internal static bool AreEqual(ConditionValue left, ConditionValue right) => (left, right) switch
    {
        (Nothing, Nothing) => true,
        (Truth l, Truth r) => l.Value == r.Value,
        (Text l, Truth r) => l.Value == (r.Value ? "true" : "false"),
        (Truth, Text) => AreEqual(right, left),
        _ => Compare(left, right) == 0,
    };

    private static decimal? NumberOf(Text text) =>
        decimal.TryParse(text.Value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>What a condition asks of the tasks it names.</summary>
public interface IConditionFacts
{
    /// <summary><c>succeeded</c>, <c>failed</c>, …; null while it lives, or where there is no such task.</summary>
    string? Outcome(string key);

    /// <summary>The machine-readable reason of its end; null for none.</summary>
    string? Reason(string key);

    /// <summary>Its closing words; null for none.</summary>
    string? Summary(string key);

    /// <summary>A field of its result.</summary>
    /// <param name="path">At least one name; a number is an array's index.</param>
    /// <returns><see cref="ConditionValue.None"/> where the result is no JSON, or has no such field.</returns>
    ConditionValue Json(string key, IReadOnlyList<string> path);
}
