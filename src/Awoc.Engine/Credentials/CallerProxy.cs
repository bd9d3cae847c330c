using Awoc.Core.Agents;

namespace Awoc.Engine.Credentials;

/// <summary>The proxy that the launching shell's variables name for a model API, in the spellings that curl and agents know.</summary>
public static class CallerProxy
{
    public static ModelUpstream? Put(ModelUpstream? upstream, IReadOnlyDictionary<string, string> environment) =>
        upstream is null ? null : upstream with { Proxy = Find(upstream.BaseUrl, environment) };

    /// <summary>Null for a host on this machine, for one that <c>NO_PROXY</c> excepts, and where no proxy is set.</summary>
    public static Uri? Find(Uri target, IReadOnlyDictionary<string, string> environment)
    {
        if (target.Scheme is not ("http" or "https") || target.IsLoopback) return null;
        var text = Value("HTTPS_PROXY", target.Scheme == "https") ?? Value("HTTP_PROXY", target.Scheme == "http") ?? Value("ALL_PROXY", true);
        if (text is null || IsExcepted(target.Host, Value("NO_PROXY", true) ?? "")) return null;
        // curl takes a bare host:port as http://host:port.
        return Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}", UriKind.Absolute, out var proxy) ? proxy : null;

        string? Value(string name, bool applies)
        {
            if (!applies) return null;
            var value = environment.GetValueOrDefault(name.ToLowerInvariant()) is { Length: > 0 } lower ? lower : environment.GetValueOrDefault(name);
            return string.IsNullOrWhiteSpace(value) ? null : value.Trim();
        }
    }

    private static bool IsExcepted(string host, string noProxy) => noProxy
        .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(entry => entry.TrimStart('*').TrimStart('.'))
        .Any(entry => entry.Length == 0
            || host.Equals(entry, StringComparison.OrdinalIgnoreCase)
            || host.EndsWith("." + entry, StringComparison.OrdinalIgnoreCase));
}
