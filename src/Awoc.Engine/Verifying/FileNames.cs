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

    private int _count;

    private FileNames()
    {
    }

    /// <summary>False when there are more files than were looked at, or ones that cannot be: what is not among them may still exist.</summary>
    public bool IsWhole { get; private set; } = true;

    private bool IsWithinBounds => _count <= MostFiles;

    public static FileNames Of(string root, CancellationToken cancellation)
    {
        var names = new FileNames();
        var open = new Queue<string>([""]);
        while (names.IsWithinBounds && open.TryDequeue(out var directory))
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                names.Read(root, directory, open);
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // Whatever else works in the directory may remove what was there a moment ago.
                names.IsWhole = false;
            }
        }

        names.IsWhole &= names.IsWithinBounds;
        return names;
    }

    private void Read(string root, string directory, Queue<string> open)
    {
        foreach (var entry in new DirectoryInfo(Path.Combine(root, directory)).EnumerateFileSystemInfos("*", s_walk))
        {
            _count++;
            if (!IsWithinBounds) return;
            var path = directory.Length == 0 ? entry.Name : $"{directory}/{entry.Name}";
            if (entry is DirectoryInfo)
            {
                // A link may lead in a circle.
                if (entry.LinkTarget is null && !s_skipped.Contains(entry.Name)) open.Enqueue(path);
                else IsWhole &= s_skipped.Contains(entry.Name);
                continue;
            }

            if (!_byName.TryGetValue(entry.Name, out var paths)) _byName[entry.Name] = paths = [];
            paths.Add(path);
        }
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
