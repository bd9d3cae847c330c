using Awoc.Core.Prompts;

namespace Awoc.Core.Integration;

/// <summary>What a mode is chosen by.</summary>
/// <param name="Asked">The user's word; <see cref="IntegrationMode.Auto"/> where there was none.</param>
/// <param name="OfType">The default of the result's type.</param>
/// <param name="Type">Its name.</param>
public sealed record IntegrationSituation(IntegrationMode Asked, IntegrationMode OfType, string Type)
{
    public required OutputFormat ResultFormat { get; init; }
    public required long ResultBytes { get; init; }

    /// <summary>Null for standard output.</summary>
    public OutputFormat? TargetFormat { get; init; }

    /// <summary>Null where it does not exist.</summary>
    public long? TargetBytes { get; init; }

    /// <summary>What the target was when the task began is known, which a three-way merge needs.</summary>
    public bool HasBase { get; init; }

    /// <summary>Both are JSON, the target an array and the result none.</summary>
    public bool IsElement { get; init; }
}

/// <summary>A mode, and in one sentence why.</summary>
public sealed record IntegrationChoice(IntegrationMode Mode, string Why)
{
    /// <summary>Bytes up to which a result stands whole in a conversation: about a thousand tokens.</summary>
    public const int ShortResult = 4 * 1024;

    /// <summary>Bytes from which a result is an appendix, not a section: it is referred to.</summary>
    public const int LongResult = 64 * 1024;

    public static IntegrationChoice Of(IntegrationSituation s)
    {
        if (s.Asked != IntegrationMode.Auto) return new(s.Asked, "it was asked for");
        if (s.TargetFormat is not { } format)
        {
            return s.ResultBytes <= ShortResult || s.ResultFormat != OutputFormat.Markdown
                ? new(IntegrationMode.Append, "there is no target, and the result is short enough to stand whole")
                : new(IntegrationMode.Summarize, "there is no target, and the result is too long to stand whole");
        }

        if (format == OutputFormat.Json && s.ResultFormat != OutputFormat.Json)
            return new(IntegrationMode.Summarize, "the target is JSON and the result is not: its key points become a value");
        if (s.TargetBytes is null)
        {
            // An append would wrap an object into an array.
            return new(
                format == OutputFormat.Json ? IntegrationMode.Merge : IntegrationMode.Append, "the target does not exist yet, and begins with the result");
        }

        switch (format)
        {
            case OutputFormat.Json:
                return s.IsElement
                    ? new(IntegrationMode.Append, "the target is an array and the result is not: it becomes an element")
                    : new(IntegrationMode.Merge, "both are JSON, which merges by its keys");
            case OutputFormat.Text or OutputFormat.Other:
                return s.HasBase
                    ? new(IntegrationMode.Merge, "the target was there when the task began, and merges three-way with what it was")
                    : new(IntegrationMode.Append, "the target is no Markdown and no JSON, and what it was when the task began is not known");
        }

        if (s.ResultFormat != OutputFormat.Markdown) return new(IntegrationMode.Append, "the result is no Markdown, and has no headings to merge by");
        if (s.OfType != IntegrationMode.Auto && !(s.OfType == IntegrationMode.Append && s.ResultBytes > LongResult))
            return new(s.OfType, $"it is the default of {s.Type}");
        return s.ResultBytes > LongResult
            ? new(IntegrationMode.Reference, "the result is too long to be a section of the target")
            : new(IntegrationMode.Append, "nothing speaks against a section of its own at the end");
    }
}
