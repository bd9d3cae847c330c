using System.Text;
using NJsonSchema.Validation;

namespace Awoc.AgentHost.Schemas;

/// <summary>The validator's errors as places and sentences. An error that only says that a part is wrong gives way to the part's own.</summary>
internal static class FindingWords
{
    /// <summary>Errors of one alternative that are told with "fits none of".</summary>
    private const int ToldOfAlternative = 3;

    /// <summary>Characters of a place and of a sentence that are told: a document's keys may have millions.</summary>
    private const int Longest = 300;

    /// <summary>Characters of a validator's path that are looked at, from its end.</summary>
    private const int LongestPath = 4 * Longest;

    public static IEnumerable<SchemaFinding> Of(ValidationError error)
    {
        switch (error)
        {
            case ChildSchemaValidationError child when error.Kind is ValidationErrorKind.NotAnyOf or ValidationErrorKind.NotOneOf:
                return Alternatives(error, [.. child.Errors.Values]);
            case MultiTypeValidationError types:
                return Alternatives(error, [.. types.Errors.Values]);
            case ChildSchemaValidationError child when child.Errors.Values.Any(errors => errors.Count > 0):
                return child.Errors.Values.SelectMany(errors => errors).SelectMany(Of);
            default:
                return [Finding(error, Sentence(error))];
        }
    }

    /// <summary>The alternative that came nearest speaks: the one with an error deepest in the document, then the one with fewest.</summary>
    private static IEnumerable<SchemaFinding> Alternatives(ValidationError error, IReadOnlyList<ICollection<ValidationError>> alternatives)
    {
        // "not an object" beside "an object with these keys": only the latter says what to do.
        var told = alternatives.Where(errors => errors.Count > 0 && errors.All(e => e.Kind != ValidationErrorKind.ExcludedSchemaValidates)).ToList();
        if (told.Count == 0) return [Finding(error, Sentence(error))];
        if (told.Count == 1) return told[0].SelectMany(Of);
        if (error.Kind == ValidationErrorKind.NotOneOf && told.Count < alternatives.Count) return [Finding(error, "fits more than one of the alternatives (oneOf)")];
        var nearest = told
            .Select(errors => errors.SelectMany(Of).ToList())
            .OrderByDescending(findings => findings.Max(finding => finding.Where.Length)).ThenBy(findings => findings.Count)
            .First();
        var words = string.Join("; ", nearest.Take(ToldOfAlternative).Select(finding => finding.Where.Length > 0 ? $"{finding.Where} {finding.Message}" : finding.Message));
        return [new SchemaFinding(nearest[0].Line ?? Line(error), Pointer(error.Path), Cut($"fits none of {told.Count} alternatives; the nearest: {words}"))];
    }

    private static SchemaFinding Finding(ValidationError error, string message) => new(Line(error), Pointer(error.Path), Cut(message));

    /// <summary>The beginning of a long sentence.</summary>
    public static string Cut(string message) => message.Length <= Longest ? message : $"{message.AsSpan(0, Longest - 1)}…";

    private static int? Line(ValidationError error) => error is { HasLineInfo: true, LineNumber: > 0 } ? error.LineNumber : null;

    private static string Sentence(ValidationError error) => error.Kind switch
    {
        ValidationErrorKind.StringExpected => "must be a text",
        ValidationErrorKind.NumberExpected => "must be a number",
        ValidationErrorKind.IntegerExpected => "must be a whole number",
        ValidationErrorKind.BooleanExpected => "must be true or false",
        ValidationErrorKind.ObjectExpected => "must be an object",
        ValidationErrorKind.ArrayExpected => "must be a list",
        ValidationErrorKind.NullExpected => "must be null",
        ValidationErrorKind.PropertyRequired => "is missing",
        ValidationErrorKind.NoAdditionalPropertiesAllowed => "is a key that is not allowed here",
        ValidationErrorKind.NotInEnumeration => $"must be one of {string.Join(", ", error.Schema.Enumeration.Take(20).Select(value => value is string text ? $"\"{text}\"" : value))}",
        ValidationErrorKind.PatternMismatch => $"must match the pattern {error.Schema.Pattern}",
        ValidationErrorKind.StringTooShort => error.Schema.MinLength == 1 ? "must not be empty" : $"must have at least {error.Schema.MinLength} characters",
        ValidationErrorKind.StringTooLong => $"must have at most {error.Schema.MaxLength} characters",
        ValidationErrorKind.NumberTooSmall => $"must be {(error.Schema.IsExclusiveMinimum || error.Schema.ExclusiveMinimum is not null ? "above" : "at least")} {error.Schema.ExclusiveMinimum ?? error.Schema.Minimum}",
        ValidationErrorKind.NumberTooBig => $"must be {(error.Schema.IsExclusiveMaximum || error.Schema.ExclusiveMaximum is not null ? "below" : "at most")} {error.Schema.ExclusiveMaximum ?? error.Schema.Maximum}",
        ValidationErrorKind.NumberNotMultipleOf or ValidationErrorKind.IntegerNotMultipleOf => $"must be a multiple of {error.Schema.MultipleOf}",
        ValidationErrorKind.TooFewItems => error.Schema.MinItems == 1 ? "must not be an empty list" : $"must have at least {error.Schema.MinItems} elements",
        ValidationErrorKind.TooManyItems => $"must have at most {error.Schema.MaxItems} elements",
        ValidationErrorKind.ItemsNotUnique => "must not have the same element twice",
        ValidationErrorKind.TooFewProperties => error.Schema.MinProperties == 1 ? "must not be an empty object" : $"must have at least {error.Schema.MinProperties} keys",
        ValidationErrorKind.TooManyProperties => $"must have at most {error.Schema.MaxProperties} keys",
        ValidationErrorKind.ExcludedSchemaValidates => "is what the schema forbids (not)",
        ValidationErrorKind.NotAnyOf => "fits none of the alternatives (anyOf)",
        ValidationErrorKind.NotOneOf => "fits none or several of the alternatives (oneOf)",
        ValidationErrorKind.DateTimeExpected => "must be a date and time, as 2026-01-31T12:00:00Z",
        ValidationErrorKind.DateExpected => "must be a date, as 2026-01-31",
        ValidationErrorKind.TimeExpected => "must be a time, as 12:00:00Z",
        ValidationErrorKind.UriExpected => "must be a URI",
        ValidationErrorKind.EmailExpected => "must be an e-mail address",
        ValidationErrorKind.HostnameExpected => "must be a host name",
        ValidationErrorKind.IpV4Expected => "must be an IPv4 address",
        ValidationErrorKind.IpV6Expected => "must be an IPv6 address",
        ValidationErrorKind.UuidExpected => "must be a UUID",
        var other => $"breaks the schema ({other})",
    };

    /// <summary>A JSON pointer from the validator's paths, such as <c>#/a.b[0]</c>, and the reader's, such as <c>a.b[0]</c>; of a long one its end.</summary>
    public static string Pointer(string? path)
    {
        if (string.IsNullOrEmpty(path)) return "";
        var rest = path.Length > LongestPath ? path.AsSpan(path.Length - LongestPath) : path.StartsWith("#/", StringComparison.Ordinal) ? path.AsSpan(2) : path.AsSpan();
        var pointer = new StringBuilder();
        while (rest.Length > 0)
        {
            int end;
            // ['a.b'] for a name that is none of letters and digits alone
            if (rest.StartsWith("['", StringComparison.Ordinal) && (end = rest.IndexOf("']", StringComparison.Ordinal)) > 0)
            {
                Add(pointer, rest[2..end]);
                rest = rest[(end + 2)..];
            }
            else if (rest[0] == '[' && (end = rest.IndexOf(']')) > 0)
            {
                Add(pointer, rest[1..end]);
                rest = rest[(end + 1)..];
            }
            else
            {
                // A bracket that nothing closes is a part of a name.
                var from = rest[0] == '[' ? 1 : 0;
                if (rest[0] is '.' or '/') rest = rest[1..];
                end = rest[from..].IndexOfAny('.', '[', '/');
                end = end < 0 ? rest.Length : end + from;
                if (end > 0) Add(pointer, rest[..end]);
                rest = rest[end..];
            }
        }

        return pointer.Length <= Longest && path.Length <= LongestPath ? pointer.ToString() : $"…{pointer.ToString(Math.Max(0, pointer.Length - Longest + 1), Math.Min(pointer.Length, Longest - 1))}";
    }

    private static void Add(StringBuilder pointer, ReadOnlySpan<char> name) =>
        pointer.Append('/').Append(name.ToString().Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
}
