namespace Awoc.Core.Prompts;

/// <summary>What kind of document an output file is.</summary>
public enum OutputFormat
{
    Markdown,
    Json,
    Text,
    Other,
}

public static class OutputFormats
{
    /// <summary>By the extension of the user's OUTPUT; Markdown where there is none.</summary>
    public static OutputFormat Of(string? output) => Path.GetExtension(output)?.ToLowerInvariant() switch
    {
        null or "" or ".md" or ".markdown" => OutputFormat.Markdown,
        ".json" => OutputFormat.Json,
        ".txt" or ".text" => OutputFormat.Text,
        _ => OutputFormat.Other,
    };
}
