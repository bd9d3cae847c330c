using System.Text;
using Awoc.Core.Contracts;
using Awoc.Documents;
using Awoc.Documents.Contracts;
using Awoc.Documents.Contracts.Citations;
using Awoc.Engine.Endings;
using Awoc.Engine.Integration;

namespace Awoc.Engine.Verifying;

/// <summary>Holds what a report says of local files against the disk. Of files outside of the working directory only that they exist is looked at.</summary>
public static class CitationCheck
{
    /// <summary>In bytes: the lines of a larger file are not looked at.</summary>
    private const long LargestFile = 4 * 1024 * 1024;

    /// <summary>In bytes, over all files of one report.</summary>
    private const long MostRead = 64 * 1024 * 1024;

    /// <summary>Characters that quotes are compared with, over all of one report: less than a second.</summary>
    private const long MostCompared = 100_000_000;

    /// <param name="cwd">The task's working directory, absolute.</param>
    /// <param name="directory">The report's, absolute.</param>
    public static IReadOnlyList<Finding> Check(IReadOnlyList<Claim> claims, string cwd, string directory, bool strict, CancellationToken cancellation = default)
    {
        if (claims.Count == 0 || !Directory.Exists(cwd)) return [];
        var severity = strict ? FindingSeverity.Error : FindingSeverity.Warning;
        var disk = new Disk(Path.TrimEndingDirectorySeparator(Path.GetFullPath(cwd)), directory, cancellation);
        var findings = claims.SelectMany(claim => Check(claim, disk, severity)).Distinct().ToList();
        if (disk.Exhausted is { } line)
        {
            findings.Add(new Finding(
                Rules.NotChecked, "not all of the code that it quotes was looked for, from this line on: there is too much of it. Quote less", line, severity));
        }

        return findings;
    }

    private static IEnumerable<Finding> Check(Claim claim, Disk disk, FindingSeverity severity)
    {
        if (claim.QuotesMore) disk.Exhausted ??= claim.Line;
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

                if (claim.Quotes.Any(quote => disk.Lacks(lines, quote, claim.Line)))
                    yield return new Finding(Rules.QuoteNotFound, $"the code said to be from \"{claim.Path}\" does not stand there", claim.Line, severity);
                break;
        }
    }

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

    private sealed class Disk(string cwd, string directory, CancellationToken cancellation)
    {
        private readonly Dictionary<string, FileLines?> _lines = new(StringComparer.Ordinal);
        private readonly string? _realCwd = LinkedPath.Follow(cwd);
        private FileNames? _names;
        private long _read;
        private long _compared;

        /// <summary>The document's line from which on not all quotes were looked for; null for none.</summary>
        public int? Exhausted { get; set; }

        /// <summary>False where the quoted lines follow each other in the file, empty lines and all white space aside, and where that was not looked at.</summary>
        public bool Lacks(FileLines lines, IReadOnlyList<string> quote, int line)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_compared + lines.Squeezed.Length > MostCompared)
            {
                Exhausted ??= line;
                return false;
            }

            _compared += lines.Squeezed.Length;
            return !LinearSearch.Contains<char>(lines.Squeezed, string.Concat(quote));
        }

        public Found Find(Claim claim)
        {
            if (Path.IsPathRooted(claim.Path)) return Absolute(claim.Path);
            var bases = claim.IsLink ? (string[])[directory, cwd] : [cwd, directory];
            foreach (var from in bases)
            {
                var path = Path.GetFullPath(claim.Path, from);
                if (Path.Exists(path)) return Existing(path);
            }

            // Reports name a file by its last parts: Program.cs for src/App/Program.cs.
            _names ??= FileNames.Of(cwd, cancellation);
            return _names.EndingWith(claim.Path) switch
            {
                [] => _names.IsWhole ? new Found.Nowhere() : new Found.There(),
                [var only] => Existing(Path.Combine(cwd, only)),
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
            return Existing(path);
        }

        /// <summary>A link within the working directory may lead out of it: where a path ends counts, not how it is written.</summary>
        private Found Existing(string path) =>
            _realCwd is not null && LinkedPath.Follow(path) is { } real && LinkedPath.IsInside(real, _realCwd) && RegularFile.Is(real)
                ? new Found.At(real)
                : new Found.There();
    }
}
