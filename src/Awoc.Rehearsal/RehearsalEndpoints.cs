using Awoc.Rehearsal.Messages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Awoc.Rehearsal;

/// <summary>Maps the rehearsal model server into an application.</summary>
public static class RehearsalEndpoints
{
    /// <summary>
    /// Maps the Messages API and its neighbours, at the root and under <c>/s/SCENARIO</c>; every other path answers 404 in the
    /// API's shape. So it wants a listener, or a group, of its own. <see cref="RehearsalOptions.Port"/> and
    /// <see cref="RehearsalOptions.SocketPath"/> are not used here.
    /// </summary>
    /// <returns>The group, for conventions such as a required host.</returns>
    public static RouteGroupBuilder MapRehearsal(this IEndpointRouteBuilder endpoints, RehearsalOptions options)
    {
        var group = endpoints.MapGroup("");
        var service = new RehearsalService(options, options.Log ?? new RehearsalLog(maxEntries: 200, maxBodyBytes: 0));
        foreach (var prefix in new[] { "", "/s/{scenario}" })
        {
            Map(prefix + "/v1/messages", "POST", service.MessagesAsync);
            Map(prefix + "/v1/messages/count_tokens", "POST", service.CountTokensAsync);
            Map(prefix + "/v1/models", "GET", service.ModelsAsync);
            Map(prefix + "/v1/models/{**id}", "GET", service.ModelAsync);
            group.MapMethods(prefix + "/", ["GET", "HEAD"], (RequestDelegate)service.RootAsync);
        }

        group.Map("/{**path}", (RequestDelegate)service.NotFoundAsync).WithOrder(int.MaxValue);
        return group;

        void Map(string pattern, string method, RequestDelegate handler)
        {
            group.MapMethods(pattern, [method], handler);
            group.Map(pattern, service.MethodNotAllowedAsync).WithOrder(int.MaxValue - 1);
        }
    }
}
