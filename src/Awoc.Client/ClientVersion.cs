namespace Awoc.Client;

/// <summary>The version of these programs, which are built and released together.</summary>
public static class ClientVersion
{
    /// <summary>The header in which the daemon says its version with every answer.</summary>
    public const string Header = "awoc-version";

    /// <summary>As <c>0.1.0</c>.</summary>
    public static string Text { get; } = typeof(ClientVersion).Assembly.GetName().Version!.ToString(3);

    /// <summary>Below zero when a daemon is older than this client, above when it is newer; zero when that cannot be told.</summary>
    public static int Compare(string? daemon)
    {
        if (daemon is null) return 0;
        var end = daemon.AsSpan().IndexOfAny('-', '+');
        if (!Version.TryParse(end < 0 ? daemon : daemon[..end], out var theirs)) return 0;
        return new Version(theirs.Major, theirs.Minor, Math.Max(0, theirs.Build)).CompareTo(Version.Parse(Text));
    }
}
