using Awoc.Core.Agents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Awoc.Gateway;

public static class GatewayHosting
{
    /// <summary>Registers <see cref="ModelGateway"/>, also as <see cref="IModelGateway"/>, and the forwarder under it.</summary>
    public static IServiceCollection AddModelGateway(this IServiceCollection services)
    {
        services.AddHttpForwarder();
        services.AddSingleton<ModelGateway>();
        services.AddSingleton<IModelGateway>(provider => provider.GetRequiredService<ModelGateway>());
        return services;
    }

    /// <summary>
    /// Serves every path of this application from the gateway, unknown ones too (they get the API's own 404). Give it an
    /// application, or a branch, whose listener is the gateway's socket alone.
    /// </summary>
    public static IEndpointConventionBuilder MapModelGateway(this IEndpointRouteBuilder endpoints, ModelGateway gateway)
    {
        ArgumentNullException.ThrowIfNull(gateway);
        return endpoints.Map("/{**path}", gateway.HandleAsync);
    }
}
