using Awoc.Core.Agents;

namespace Awoc.Engine.Credentials;

/// <summary>The proxy that the launching shell's variables name for a model API, in the spellings that curl and agents know.</summary>
public static class CallerProxy
{
    public static ModelUpstream? Put(ModelUpstream? upstream, IReadOnlyDictionary<string, string> environment) =>
        upstream is null ? null : upstream with { Proxy = Find(upstream.BaseUrl, environment) };

    /// <summary>Null for a host on this machine, for one that <c>NO_PROXY</c> excepts, and where no proxy is set.</summary>
    /// <param name="environment">The caller's variables, secrets included: a proxy with a login is one.</param>
    public static Uri? Find(Uri target, IReadOnlyDictionary<string, string> environment) => Choose(target, environment)?.Proxy;

    /// <summary>The variable that names the proxy for a model API; null where there is none.</summary>
    public static string? VariableFor(ModelUpstream? upstream, IReadOnlyDictionary<string, string> environment) =>
        upstream is null ? null : Choose(upstream.BaseUrl, environment)?.Variable;

    private static (string Variable, Uri Proxy)? Choose(Uri target, IReadOnlyDictionary<string, string> environment)
    {
        if (target.Scheme is not ("http" or "https") || target.IsLoopback) return null;
        if ((Set("HTTPS_PROXY", target.Scheme == "https") ?? Set("HTTP_PROXY", target.Scheme == "http") ?? Set("ALL_PROXY", true)) is not var (variable, text)
            || IsExcepted(target.Host, Set("NO_PROXY", true)?.Value ?? ""))
            return null;
        // curl takes a bare host:port as http://host:port.
        return Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}", UriKind.Absolute, out var proxy) ? (variable, proxy) : null;

        (string Name, string Value)? Set(string name, bool applies)
        {
            if (!applies) return null;
            if (environment.GetValueOrDefault(name.ToLowerInvariant()) is { Length: > 0 }) name = name.ToLowerInvariant();
            var value = environment.GetValueOrDefault(name);
            return string.IsNullOrWhiteSpace(value) ? null : (name, value.Trim());
        }
    }

    private static bool IsExcepted(string host, string noProxy) => noProxy
        .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(entry => entry.TrimStart('*').TrimStart('.'))
        .Any(entry => entry.Length == 0
            || host.Equals(entry, StringComparison.OrdinalIgnoreCase)
            || host.EndsWith("." + entry, StringComparison.OrdinalIgnoreCase));
}
