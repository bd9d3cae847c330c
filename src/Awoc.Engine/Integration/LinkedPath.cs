namespace Awoc.Engine.Integration;

/// <summary>Where a path leads once every symbolic link in it is followed.</summary>
public static class LinkedPath
{
    /// <summary>The kernel's own limit.</summary>
    private const int MostLinks = 40;

    /// <summary>Absolute and free of links; null where they go in a circle. What does not exist is kept as it is.</summary>
    public static string? Follow(string path)
    {
        var open = new Stack<string>();
        Push(open, path);
        var resolved = "/";
        var links = 0;
        while (open.TryPop(out var part))
        {
            if (part == "..")
            {
                resolved = Path.GetDirectoryName(resolved) ?? "/";
                continue;
            }

            var next = Path.Combine(resolved, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                resolved = next;
                continue;
            }

            if (++links > MostLinks) return null;
            if (target.StartsWith('/')) resolved = "/";
            Push(open, target);
        }

        return resolved;
    }

    public static bool IsInside(string path, string directory) =>
        path == directory || directory == "/" || path.StartsWith(directory + "/", StringComparison.Ordinal);

    private static void Push(Stack<string> open, string path)
    {
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            if (part != ".") open.Push(part);
        }
    }
}
