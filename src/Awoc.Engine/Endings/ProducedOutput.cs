using System.Security.Cryptography;
using System.Text;
using Awoc.Engine.Homes;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Endings;

/// <summary>What an attempt left behind that could be its result.</summary>
public abstract record ProducedOutput
{
    private ProducedOutput()
    {
    }

    /// <summary>The file it stands in; null for text and for nothing.</summary>
    public string? File => this switch
    {
        Staged(var path) => path,
        InPlace(var path) => path,
        Printed(var path) => path,
        _ => null,
    };

    /// <summary>The agent wrote the staging file, as it was told.</summary>
    public sealed record Staged(string Path) : ProducedOutput;

    /// <summary>The agent wrote the user's target itself: it is adopted as it stands.</summary>
    public sealed record InPlace(string Path) : ProducedOutput;

    /// <summary>The agent answered in text.</summary>
    public sealed record Said(string Text) : ProducedOutput;

    /// <summary>Its standard output is the result: a command's.</summary>
    public sealed record Printed(string Path) : ProducedOutput;

    public sealed record Nothing : ProducedOutput;

    /// <summary>What an attempt with this story left: <see cref="Find(AttemptFolder, string, string, string, Func{string, bool})"/> with what the agent said.</summary>
    /// <param name="structured">Its standard output is a stream of events.</param>
    /// <param name="succeeded">It ended well, so that its last words are its answer.</param>
    /// <exception cref="IOException">A file of it cannot be read.</exception>
    public static ProducedOutput Find(AttemptFolder folder, string? target, AttemptStory story, bool structured, bool succeeded)
    {
        if (!structured) return Find(folder, target, "", folder.Events, static _ => true);
        var said = succeeded && story.FinalText.Length > 0 ? story.FinalText : story.AllText;
        if (succeeded && story.End is { IsError: false } end)
        {
            // The last word, and the agent has held it against the schema already: a file that it wrote on the way may be an earlier one.
            if (end.StructuredOutput is { } json) return new Said(JsonWords.Indented(json));
            if (end.Answer.Length > 0) said = end.Answer;
        }

        return Find(folder, target, said, null, story.Wrote);
    }

    /// <param name="target">The user's OUTPUT, absolute; null when none was named.</param>
    /// <param name="said">What the agent's main thread said last.</param>
    /// <param name="printed">The file of its standard output, where that is text for people; else null.</param>
    /// <param name="wrote">
    /// Whether the agent wrote the file of that path, as far as can be known: what somebody else wrote at the target while it
    /// ran is not its result.
    /// </param>
    public static ProducedOutput Find(AttemptFolder folder, string? target, string said, string? printed, Func<string, bool> wrote)
    {
        var staging = folder.Staging(target);
        if (new FileInfo(staging) is { Exists: true, Length: > 0 }) return new Staged(staging);
        if (target is not null && wrote(target) && System.IO.File.Exists(target) && ContentHash.OfFile(target) is var now && now != Before(folder) && new FileInfo(target).Length > 0)
            return new InPlace(target);
        if (printed is not null && new FileInfo(printed) is { Exists: true, Length: > 0 }) return new Printed(printed);
        return string.IsNullOrWhiteSpace(said) ? new Nothing() : new Said(said);
    }

    /// <summary>The target's hash before the launch; null when it did not exist.</summary>
    public static string? Before(AttemptFolder folder) =>
        System.IO.File.Exists(folder.TargetBefore) && System.IO.File.ReadAllText(folder.TargetBefore) is { Length: > 0 } hash ? hash : null;
}

public static class ContentHash
{
    /// <summary>SHA-256 in lower-case hex; null when there is no such file. A pipe or device, which may never end, counts as none.</summary>
    public static string? OfFile(string path)
    {
        if (!RegularFile.Is(path)) return null;
        try
        {
            using var file = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public static string OfText(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
