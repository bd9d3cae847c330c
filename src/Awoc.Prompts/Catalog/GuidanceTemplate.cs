namespace Awoc.Prompts.Catalog;

/// <summary>The words that a type adds to the prompt.</summary>
internal static class GuidanceTemplate
{
    /// <summary>What is wrong with it, with the line counted from 0.</summary>
    public static IEnumerable<(int Line, string Message)> Check(string text) => [];
}
