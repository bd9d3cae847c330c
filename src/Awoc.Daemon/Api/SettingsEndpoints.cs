using Awoc.Client.Wire;
using Awoc.Daemon.Settings;
using Awoc.Engine.Tasks;

namespace Awoc.Daemon.Api;

internal static class SettingsEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/settings", (string? cwd, YamlSettings settings) => Results.Json(settings.View(cwd), WireJson.Default.SettingsView))
            .WithName("settings").Produces<SettingsView>();
        api.MapPut("/settings/{key}", Change).WithName("change-setting").Produces<SettingView>();
    }

    private static IResult Change(string key, SettingChange change, YamlSettings settings, EventFeed feed)
    {
        if (SettingKeys.Find(key) is not { } known)
            return Problems.Invalid("KEY", key, SettingKeys.Others(key));
        if (change.Value is { } value && known.Fault(key, value) is { } takes) return Problems.Invalid(key, value, takes);
        settings.Set(key, change.Value);
        // What waits for room, or for a slot, may go on.
        feed.Pulse();
        return Results.Json(settings.View(known, key), WireJson.Default.SettingView);
    }
}
