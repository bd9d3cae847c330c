using Awoc.Core.Agents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace Awoc.Gateway;

public static class GatewayHosting
{
    /// <summary>Registers <see cref="ModelGateway"/>, also as <see cref="IModelGateway"/>, and the forwarder under it.</summary>
    public static IServiceCollection AddModelGateway(this IServiceCollection services, GatewayOptions? options = null)
    {
        // These print request paths, and a path may carry an attempt's token.
        services.AddLogging(logging => logging
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.Routing", LogLevel.Warning));
        services.AddHttpForwarder();
        services.AddSingleton(options ?? new GatewayOptions());
        services.AddSingleton(provider => new ModelGateway(
            provider.GetRequiredService<IHttpForwarder>(),
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            provider.GetRequiredService<ILogger<ModelGateway>>(),
            provider.GetRequiredService<GatewayOptions>()));
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
