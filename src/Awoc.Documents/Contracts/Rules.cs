namespace Awoc.Documents.Contracts;

/// <summary>The names of all rules: see <c>docs/contracts.md</c>.</summary>
public static class Rules
{
    public const string Empty = "empty";
    public const string NotText = "not_text";
    public const string TooDeep = "too_deep";
    public const string Unclosed = "unclosed";
    public const string MissingSection = "missing_section";
    public const string SectionOrder = "section_order";
    public const string EmptySection = "empty_section";
    public const string TooShort = "too_short";
    public const string NoSources = "no_sources";
    public const string InvalidJson = "invalid_json";
    public const string Schema = "schema";
    public const string DanglingPath = "dangling_path";
    public const string LineOutOfRange = "line_out_of_range";
    public const string QuoteNotFound = "quote_not_found";

    /// <summary>The check itself could not be made.</summary>
    public const string NotChecked = "not_checked";
}
