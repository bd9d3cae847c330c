namespace Awoc.Runners;

/// <summary>Keeps a user's proxy from swallowing the traffic to the gateway, which is on this machine.</summary>
internal static class NoProxy
{
    private static readonly string[] s_names = ["NO_PROXY", "no_proxy"];
    private static readonly string[] s_loopback = ["127.0.0.1", "localhost"];

    /// <summary>Adds the loopback hosts to both spellings, after what the caller has in either.</summary>
    public static void AddTo(IDictionary<string, string?> environment, IReadOnlyDictionary<string, string> caller)
    {
        var own = s_names.Select(caller.Value).FirstOrDefault(value => value is not null);
        var hosts = (own ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Union(s_loopback);
        var value = string.Join(',', hosts);
        foreach (var name in s_names) environment[name] = value;
    }
}
