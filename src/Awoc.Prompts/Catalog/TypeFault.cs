using System.Globalization;

namespace Awoc.Prompts.Catalog;

/// <summary>What is wrong with the definition of a type.</summary>
/// <param name="Path">Of the file it stands in.</param>
/// <param name="Line">From 1.</param>
public sealed record TypeFault(string Path, int Line, string Message)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Path}:{Line}: {Message}");
}
