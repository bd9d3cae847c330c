using Awoc.Gateway.Attempts;
using Microsoft.AspNetCore.Http;

namespace Awoc.Gateway;

/// <summary>
/// Where a request carries its attempt's token: the path (<c>/a/TOKEN/v1/…</c>, for agents that keep their own login in the
/// headers), <c>x-api-key</c>, or <c>authorization: Bearer</c>.
/// </summary>
internal static class Tokens
{
    private const string PathPrefix = "/a/";
    private const string BearerPrefix = "Bearer ";

    /// <param name="find">The account of a token's hash, or null.</param>
    /// <param name="path">The request's path without the token.</param>
    public static AttemptAccount? Authenticate(HttpRequest request, Func<string, AttemptAccount?> find, out PathString path)
    {
        path = request.Path;
        if (path.Value is { } text && text.StartsWith(PathPrefix, StringComparison.Ordinal))
        {
            var end = text.IndexOf('/', PathPrefix.Length);
            path = end < 0 ? "/" : text[end..];
            return find(AttemptAccount.Hash(end < 0 ? text[PathPrefix.Length..] : text[PathPrefix.Length..end]));
        }

        foreach (var key in request.Headers["x-api-key"])
        {
            if (key is not null && find(AttemptAccount.Hash(key)) is { } account) return account;
        }

        foreach (var value in request.Headers.Authorization)
        {
            if (BearerOf(value) is { } bearer && find(AttemptAccount.Hash(bearer)) is { } account) return account;
        }

        return null;
    }

    public static bool InApiKey(HttpRequest request, string tokenHash) =>
        request.Headers["x-api-key"].Any(value => value is not null && AttemptAccount.Hash(value) == tokenHash);

    public static bool InAuthorization(HttpRequest request, string tokenHash) =>
        request.Headers.Authorization.Any(value => BearerOf(value) is { } bearer && AttemptAccount.Hash(bearer) == tokenHash);

    private static string? BearerOf(string? value) =>
        value is not null && value.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase) ? value[BearerPrefix.Length..].Trim() : null;
}
