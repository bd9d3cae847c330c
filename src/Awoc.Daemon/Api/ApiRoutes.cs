namespace Awoc.Daemon.Api;

internal static class ApiRoutes
{
    public static void MapApi(this WebApplication app)
    {
        var api = app.MapGroup("/api/v1");
        LaunchEndpoints.Map(api);
        TaskEndpoints.Map(api);
        GroupEndpoints.Map(api);
        BatchEndpoints.Map(api);
        DecisionEndpoints.Map(api);
        RecoveryEndpoints.Map(api);
        LogEndpoints.Map(api);
        EventEndpoints.Map(api);
        DaemonEndpoints.Map(api);
        SettingsEndpoints.Map(api);
        AlertEndpoints.Map(api);
        IntegrationEndpoints.Map(api);
        InboxEndpoints.Map(api);
        MetricsEndpoints.Map(api);
        QuotaEndpoints.Map(api);
        PoolEndpoints.Map(api);
        TypeEndpoints.Map(api);
        VerifyEndpoints.Map(api);
        QueueEndpoints.Map(api);
        WorkflowEndpoints.Map(api);
        CacheEndpoints.Map(api);
    }
}
