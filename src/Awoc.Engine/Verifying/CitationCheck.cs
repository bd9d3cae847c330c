using System.Text;
using Awoc.Core.Contracts;
using Awoc.Documents.Contracts;
using Awoc.Documents.Contracts.Citations;
using Awoc.Engine.Endings;

namespace Awoc.Engine.Verifying;

/// <summary>Holds what a report says of local files against the disk. Of files outside of the working directory only that they exist is looked at.</summary>
public static class CitationCheck
{
    /// <summary>In bytes: the lines of a larger file are not looked at.</summary>
    private const long LargestFile = 4 * 1024 * 1024;

    /// <summary>In bytes, over all files of one report.</summary>
    private const long MostRead = 64 * 1024 * 1024;

    /// <param name="cwd">The task's working directory, absolute.</param>
    /// <param name="directory">The report's, absolute.</param>
    public static IEnumerable<Finding> Check(IReadOnlyList<Claim> claims, string cwd, string directory, bool strict)
    {
        if (claims.Count == 0 || !Directory.Exists(cwd)) return [];
        var severity = strict ? FindingSeverity.Error : FindingSeverity.Warning;
        var disk = new Disk(Path.TrimEndingDirectorySeparator(Path.GetFullPath(cwd)), directory);
        return [.. claims.SelectMany(claim => Check(claim, disk, severity)).Distinct()];
    }

    private static IEnumerable<Finding> Check(Claim claim, Disk disk, FindingSeverity severity)
    {
        switch (disk.Find(claim))
        {
            case Found.Nowhere:
                yield return new Finding(Rules.DanglingPath, $"\"{claim.Path}\" does not exist", claim.Line, severity);
                break;
            case Found.At(var path) when (claim.Range is not null || claim.Quotes.Count > 0) && disk.Lines(path) is { } lines:
                if (claim.Range is { } range && (range.First < 1 || range.Last > lines.Count || range.Last < range.First))
                {
                    var named = range.First == range.Last ? $"line {range.First}" : $"lines {range.First}-{range.Last}";
                    yield return new Finding(Rules.LineOutOfRange, $"\"{claim.Path}\" has {lines.Count} lines, and {named} are named", claim.Line, severity);
                }

                if (claim.Quotes.Any(quote => !Contains(lines, quote)))
                    yield return new Finding(Rules.QuoteNotFound, $"the code said to be from \"{claim.Path}\" does not stand there", claim.Line, severity);
                break;
        }
    }

    /// <summary>Whether the quoted lines follow each other in the file, empty lines and all white space aside.</summary>
    private static bool Contains(FileLines lines, IReadOnlyList<string> quote) =>
        lines.Squeezed.Contains(string.Concat(quote), StringComparison.Ordinal);

    /// <summary>Where a claim leads.</summary>
    private abstract record Found
    {
        public sealed record At(string Path) : Found;

        /// <summary>There, or not to be said for certain.</summary>
        public sealed record There : Found;

        public sealed record Nowhere : Found;
    }

    /// <summary>A file's number of lines and its text without white space.</summary>
    private sealed record FileLines(int Count, string Squeezed);

    private sealed class Disk(string cwd, string directory)
    {
        private readonly Dictionary<string, FileLines?> _lines = new(StringComparer.Ordinal);
        private FileNames? _names;
        private long _read;

        public Found Find(Claim claim)
        {
            if (Path.IsPathRooted(claim.Path)) return Absolute(claim.Path);
            var bases = claim.IsLink ? (string[])[directory, cwd] : [cwd, directory];
            foreach (var from in bases)
            {
                var path = Path.GetFullPath(claim.Path, from);
                if (Path.Exists(path)) return IsInside(path) && RegularFile.Is(path) ? new Found.At(path) : new Found.There();
            }

            // Reports name a file by its last parts: Program.cs for src/App/Program.cs.
            _names ??= FileNames.Of(cwd);
            return _names.EndingWith(claim.Path) switch
            {
                [] => _names.IsWhole ? new Found.Nowhere() : new Found.There(),
                [var only] => new Found.At(Path.Combine(cwd, only)),
                _ => new Found.There(),
            };
        }

        public FileLines? Lines(string path)
        {
            if (_lines.TryGetValue(path, out var known)) return known;
            return _lines[path] = Read(path);
        }

        private FileLines? Read(string path)
        {
            try
            {
                if (!RegularFile.Is(path) || new FileInfo(path).Length is var size && (size > LargestFile || (_read += size) > MostRead)) return null;
                var squeezed = new StringBuilder();
                var count = 0;
                foreach (var line in File.ReadLines(path))
                {
                    count++;
                    squeezed.Append(CitationScan.Squeeze(line));
                }

                return new FileLines(count, squeezed.ToString());
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }

        /// <summary>/api/v1/tasks.json is a path of a server sooner than of this disk: what begins in no directory of it is no claim.</summary>
        private Found Absolute(string path)
        {
            var first = path.Split('/', 3, StringSplitOptions.RemoveEmptyEntries)[0];
            if (!Directory.Exists("/" + first) || !path.AsSpan(1).Contains('/')) return new Found.There();
            if (!Path.Exists(path)) return new Found.Nowhere();
            return IsInside(path) && RegularFile.Is(path) ? new Found.At(path) : new Found.There();
        }

        private bool IsInside(string path) => cwd == "/" || path.StartsWith(cwd + "/", StringComparison.Ordinal);
    }
}
