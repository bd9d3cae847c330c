using System.Collections.Immutable;

namespace Awoc.Prompts.Catalog;

/// <summary>The types that come with AWOC: embedded files in the form of a project's own.</summary>
internal static class BuiltInTypes
{
    /// <summary>In the order of the seed. No file is read before its type is asked for.</summary>
    public static ImmutableArray<TypeSource> Sources { get; } =
    [
        .. Embedded.Text("types").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(name => TypeSource.Markdown(name, TypeOrigin.BuiltIn, $"(built-in) {name}.md", () => Embedded.Text("type:" + name))),
    ];
}
