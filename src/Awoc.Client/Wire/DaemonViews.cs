namespace Awoc.Client.Wire;

/// <summary>The daemon's own state.</summary>
public sealed record HealthView
{
    /// <summary>The version of the running daemon.</summary>
    public required string Version { get; init; }

    /// <summary>Its process id.</summary>
    public required int Pid { get; init; }

    /// <summary>The home it serves.</summary>
    public required string Home { get; init; }

    /// <summary>Its socket.</summary>
    public required string Socket { get; init; }

    /// <summary>When it started (UTC).</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Attempts under way.</summary>
    public required int Running { get; init; }

    /// <summary>Tasks that wait for a slot.</summary>
    public required long Queued { get; init; }

    /// <summary>How many attempts may run at once.</summary>
    public required int Limit { get; init; }
}

/// <summary>Asks the daemon to stop.</summary>
/// <param name="Cancel">Also cancel what runs; otherwise agents go on and are adopted by the next daemon.</param>
public sealed record StopRequest(bool Cancel);

/// <summary>The daemon stops after this answer.</summary>
/// <param name="LeftRunning">Attempts that go on without it.</param>
/// <param name="Canceled">Tasks that were canceled.</param>
public sealed record StopReply(int LeftRunning, int Canceled);

/// <summary>Hands credentials over to a running daemon, for tasks that wait for them.</summary>
/// <param name="Secrets">Variables by name. Kept in memory only.</param>
public sealed record CredentialsRequest(IReadOnlyDictionary<string, string> Secrets)
{
    /// <summary>Variables by name. Kept in memory only.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = Secrets ?? new Dictionary<string, string>();

    /// <summary>A record prints its members: secrets are to stay out of every log.</summary>
    public override string ToString() => $"credentials ({Secrets.Count})";
}

/// <summary>What became of handed-over credentials.</summary>
/// <param name="Released">Ids of tasks that waited for them and are queued again.</param>
public sealed record CredentialsReply(IReadOnlyList<string> Released);

/// <summary>The caller's environment, for a diagnosis.</summary>
/// <param name="Cwd">Absolute path of the caller's directory.</param>
/// <param name="Environment">Its variables without secrets.</param>
/// <param name="Secrets">Its secrets; used to say whether they are there, never shown.</param>
public sealed record DoctorRequest(string Cwd, IReadOnlyDictionary<string, string> Environment, IReadOnlyDictionary<string, string> Secrets)
{
    /// <summary>Its variables without secrets.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = Environment ?? new Dictionary<string, string>();

    /// <summary>Its secrets; used to say whether they are there, never shown.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = Secrets ?? new Dictionary<string, string>();

    /// <summary>A record prints its members: secrets are to stay out of every log.</summary>
    public override string ToString() => $"doctor in {Cwd}";
}

/// <summary>What the daemon found.</summary>
/// <param name="Checks">In the order in which they should be read.</param>
/// <param name="Chosen">The agent a plain <c>awoc run</c> would use here; null when there is none.</param>
public sealed record DoctorReport(IReadOnlyList<DoctorCheck> Checks, string? Chosen);

/// <summary>One finding.</summary>
/// <param name="Area">Such as <c>store</c>, <c>agent claude</c>.</param>
/// <param name="Level"><c>ok</c>, <c>warning</c> or <c>error</c>.</param>
/// <param name="Found">What was found.</param>
/// <param name="Next">What to do about it; null when nothing needs doing.</param>
public sealed record DoctorCheck(string Area, string Level, string Found, string? Next);

/// <summary>One setting.</summary>
/// <param name="Key">Dotted name.</param>
/// <param name="Value">The value in force, as text.</param>
/// <param name="Source"><c>default</c>, or the file it comes from.</param>
/// <param name="Description">What it does and what it takes.</param>
public sealed record SettingView(string Key, string Value, string Source, string Description);

/// <summary>All settings.</summary>
/// <param name="Settings">By name.</param>
/// <param name="UserFile">The user's file.</param>
/// <param name="ProjectFile">The project's file, if the directory has one.</param>
public sealed record SettingsView(IReadOnlyList<SettingView> Settings, string UserFile, string? ProjectFile);

/// <summary>Changes one setting in the user's file.</summary>
/// <param name="Value">The new value; null takes it out.</param>
public sealed record SettingChange(string? Value);
