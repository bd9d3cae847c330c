using Awoc.Client.Wire;
using Awoc.Engine.Settings;
using Awoc.Engine.Supervision;

namespace Awoc.Daemon.Api;

internal static class PoolEndpoints
{
    public static void Map(RouteGroupBuilder api) => api.MapGet("/pool", Read).WithName("pool").Produces<PoolView>();

    private static IResult Read(EnginePorts ports, ISettingsSource settings)
    {
        var report = ports.Warm.Report(settings.Read(null).Spares);
        var asked = report.Hits + report.Misses;
        return Results.Json(
            new PoolView
            {
                Size = report.Settings.Size,
                MaxAgeSeconds = (long)report.Settings.MaxAge.TotalSeconds,
                Hits = report.Hits,
                Misses = report.Misses,
                HitRate = asked > 0 ? Math.Round((double)report.Hits / asked, 4) : null,
                HeldBack = report.HeldBack,
                Spares = [.. report.Spares.Select(spare => new SpareView
                {
                    Id = spare.Id,
                    Agent = spare.Agent,
                    Model = spare.Model,
                    Directory = spare.Directory,
                    Profile = spare.Profile,
                    AgeSeconds = Math.Round(spare.Age.TotalSeconds, 1),
                    MemoryMb = spare.MemoryKb is { } kilobytes ? Math.Round(kilobytes / 1024.0, 1) : null,
                    CpuMs = spare.Cpu is { } cpu ? Math.Round(Math.Max(0, cpu.TotalMilliseconds)) : null,
                })],
            },
            WireJson.Default.PoolView);
    }
}
