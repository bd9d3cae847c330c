using Awoc.Engine.Endings;
using Awoc.Prompts.Catalog;

namespace Awoc.Daemon.Settings;

/// <summary>A project's task types: one Markdown file each, named after its type.</summary>
internal static class TypeFolder
{
    /// <summary>Below the project's directory.</summary>
    public const string Place = ".awoc/types";

    /// <summary>In bytes.</summary>
    private const int LargestFile = 256 * 1024;

    /// <summary>By name. No file is read before its type is asked for.</summary>
    public static IEnumerable<TypeSource> Sources(string folder) =>
        Directory.EnumerateFiles(folder, "*.md").Order(StringComparer.Ordinal).Select(Source);

    public static TypeSource Source(string path) =>
        TypeSource.Markdown(Path.GetFileNameWithoutExtension(path), TypeOrigin.Project, path, () => Read(path));

    private static string Read(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException("there is no such file");
        if (!RegularFile.Is(path)) throw new IOException("it is no regular file");
        if (new FileInfo(path).Length > LargestFile) throw new IOException($"it is larger than {LargestFile / 1024} KiB");
        return File.ReadAllText(path);
    }
}
