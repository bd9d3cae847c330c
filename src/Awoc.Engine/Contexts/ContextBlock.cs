using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Awoc.Prompts;

namespace Awoc.Engine.Contexts;

/// <summary>What a task has in common with others, at the head of its requests: a map of its repository, the files of its group.</summary>
public sealed record ContextBlock
{
    /// <summary>Bytes of UTF-8 in a token, near enough for code and English.</summary>
    private const int BytesPerToken = 4;

    /// <summary>In their order, what is shared most widely first.</summary>
    public required ImmutableArray<string> Parts { get; init; }

    /// <summary>Absolute paths of the files whose text is in it.</summary>
    public ImmutableArray<string> Files { get; init; } = [];

    /// <summary>The repository map in it; null for none.</summary>
    public PreparedContext? Map { get; init; }

    /// <summary>Length in bytes of UTF-8.</summary>
    public long Bytes => Parts.Sum(part => (long)Encoding.UTF8.GetByteCount(part));

    /// <summary>An estimate: what the provider counts is known once it has answered.</summary>
    public long Tokens => (Bytes + BytesPerToken - 1) / BytesPerToken;

    /// <summary>SHA-256 of the whole.</summary>
    public string Sha => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', Parts))));

    public SharedMention Mention => new(Files, Map is not null, Map?.Primer);

    public string Text => string.Join('\n', Parts);

    /// <summary>What stands in it, for whoever is about to launch the task.</summary>
    public IEnumerable<string> Notices
    {
        get
        {
            if (Map is { } map)
                yield return string.Create(CultureInfo.InvariantCulture, $"a map of {map.Root} goes before the task (about {map.Tokens:#,0} tokens, made by 'awoc cache warm {map.Type}' and true to the repository as it is)");
            if (!Files.IsEmpty)
                yield return string.Create(CultureInfo.InvariantCulture, $"the group's context of {Files.Length} files, about {Tokens:#,0} tokens in all, goes before the task, whole: its tasks share it in the provider's cache");
        }
    }
}

/// <summary>What a task sends at the head of its requests, and whom it shares that with.</summary>
/// <param name="Key">The same for all that read one another's entries in the provider's cache.</param>
/// <param name="ForAnHour">The entries are to live an hour and not five minutes.</param>
/// <param name="WorthIt">It is long enough for the provider to cache it.</param>
public sealed record ChosenContext(ContextBlock Block, ContextKey Key, bool ForAnHour, bool WorthIt);

/// <summary>Names one head of requests: agent, model, tools, credential and content, as a SHA-256.</summary>
public readonly record struct ContextKey(string Value)
{
    public static ContextKey Of(params IEnumerable<string?> parts) =>
        new(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts.Select(part => part ?? "\u0001"))))));

    public override string ToString() => Value.Length > 12 ? Value[..12] : Value;
}
