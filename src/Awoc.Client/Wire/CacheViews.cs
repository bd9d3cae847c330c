namespace Awoc.Client.Wire;

/// <summary>Asks for contexts to be prepared, and written to the provider's cache.</summary>
public sealed record CacheWarmRequest
{
    /// <summary>Task types.</summary>
    public required IReadOnlyList<string> Types { get; init => field = value ?? []; }

    /// <summary>Absolute path of a directory of the repository.</summary>
    public required string Cwd { get; init; }

    /// <summary>The agent whose requests are to begin so; null is the one that a launch would take.</summary>
    public string? Agent { get; init; }

    /// <summary>Its model; null is the configured one.</summary>
    public string? Model { get; init; }

    /// <summary>To be kept by the provider for an hour, which costs more to write, and not for five minutes.</summary>
    public bool Hour { get; init; }

    /// <summary>Prepare only: the provider is not asked.</summary>
    public bool Local { get; init; }

    /// <summary>The caller's variables, less what looks like a secret.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>The caller's secrets: kept in memory, for as long as the request takes.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();
}

/// <summary>What was prepared.</summary>
/// <param name="Contexts">One for each type.</param>
/// <param name="Provider">The request that wrote to the provider's cache; absent where none was made.</param>
/// <param name="Notices">Sentences for the person who asks.</param>
public sealed record CacheWarmReply(IReadOnlyList<CacheContextView> Contexts, CacheProviderView? Provider, IReadOnlyList<string> Notices);

/// <summary>One prepared context.</summary>
public sealed record CacheContextView
{
    /// <summary>The task type.</summary>
    public required string Type { get; init; }

    /// <summary>Absolute path of the repository's root.</summary>
    public required string Directory { get; init; }

    /// <summary>About so many tokens.</summary>
    public required long Tokens { get; init; }

    /// <summary>Files that were looked at.</summary>
    public required int Files { get; init; }

    /// <summary>Symbols in it; 0 where there is no ctags.</summary>
    public required int Symbols { get; init; }

    /// <summary>SHA-256 of its text.</summary>
    public required string Sha { get; init; }

    /// <summary>When its text came to be what it is (UTC).</summary>
    public required DateTimeOffset BuiltAt { get; init; }

    /// <summary>The repository is what it was then; where it is not, the next task makes it again. Absent where nobody looked.</summary>
    public bool? Fresh { get; init; }
}

/// <summary>A request that wrote to the provider's cache.</summary>
/// <param name="Agent">Whose requests begin so.</param>
/// <param name="Model">As the caller named it.</param>
/// <param name="Rehearsal">The rehearsal server took it; absent otherwise.</param>
/// <param name="Usage">What it cost.</param>
/// <param name="Until">How long it is kept unless it is read (UTC); absent where it failed.</param>
/// <param name="Error">Why it failed; absent where it did not.</param>
public sealed record CacheProviderView(string Agent, string? Model, bool? Rehearsal, UsageView Usage, DateTimeOffset? Until, string? Error);

/// <summary>Prepared contexts.</summary>
/// <param name="Contexts">By directory and type.</param>
public sealed record CacheList(IReadOnlyList<CacheContextView> Contexts);

/// <summary>Asks for prepared contexts to be taken away.</summary>
/// <param name="Types">Those of these types in the directory; empty with <paramref name="All"/>.</param>
/// <param name="Cwd">Absolute path of a directory of the repository.</param>
/// <param name="All">All there are.</param>
public sealed record CacheClearRequest(IReadOnlyList<string>? Types, string? Cwd, bool All);
