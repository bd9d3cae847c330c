namespace Awoc.Engine.Verifying;

/// <summary>The files below a directory by name, as far as a bounded walk comes.</summary>
internal sealed class FileNames
{
    private const int MostFiles = 50_000;

    private static readonly EnumerationOptions s_walk = new()
    {
        RecurseSubdirectories = false,
        AttributesToSkip = 0,
        IgnoreInaccessible = true,
    };

    private static readonly HashSet<string> s_skipped = new(StringComparer.Ordinal) { ".git", "node_modules", "bin", "obj", ".venv", "__pycache__", "target" };

    private readonly Dictionary<string, List<string>> _byName = new(StringComparer.Ordinal);

    private FileNames()
    {
    }

    /// <summary>False when there are more files than were looked at: what is not among them may still exist.</summary>
    public bool IsWhole { get; private set; } = true;

    public static FileNames Of(string root)
    {
        var names = new FileNames();
        var open = new Queue<string>([""]);
        var count = 0;
        while (open.TryDequeue(out var directory))
        {
            foreach (var entry in new DirectoryInfo(Path.Combine(root, directory)).EnumerateFileSystemInfos("*", s_walk))
            {
                if (++count > MostFiles)
                {
                    names.IsWhole = false;
                    return names;
                }

                var path = directory.Length == 0 ? entry.Name : $"{directory}/{entry.Name}";
                if (entry is DirectoryInfo)
                {
                    // A link may lead in a circle.
                    if (entry.LinkTarget is null && !s_skipped.Contains(entry.Name)) open.Enqueue(path);
                    else names.IsWhole &= s_skipped.Contains(entry.Name);
                    continue;
                }

                if (!names._byName.TryGetValue(entry.Name, out var paths)) names._byName[entry.Name] = paths = [];
                paths.Add(path);
            }
        }

        return names;
    }

    /// <summary>The files whose path ends in these parts.</summary>
    public List<string> EndingWith(string parts)
    {
        var wanted = parts.StartsWith("./", StringComparison.Ordinal) ? parts[2..] : parts;
        return _byName.TryGetValue(wanted[(wanted.LastIndexOf('/') + 1)..], out var paths)
            ? [.. paths.Where(path => path == wanted || path.EndsWith("/" + wanted, StringComparison.Ordinal))]
            : [];
    }
}
