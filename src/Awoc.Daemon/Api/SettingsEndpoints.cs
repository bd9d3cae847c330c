using Awoc.Client.Wire;
using Awoc.Daemon.Settings;

namespace Awoc.Daemon.Api;

internal static class SettingsEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/settings", (string? cwd, YamlSettings settings) => Results.Json(settings.View(cwd), WireJson.Default.SettingsView))
            .WithName("settings").Produces<SettingsView>();
        api.MapPut("/settings/{key}", Change).WithName("change-setting").Produces<SettingView>();
    }

    private static IResult Change(string key, SettingChange change, YamlSettings settings)
    {
        if (SettingKeys.Find(key) is not { } known)
            return Problems.Invalid("KEY", key, SettingKeys.Allowed);
        if (change.Value is { } value && !known.Accepts(value)) return Problems.Invalid(key, value, known.Takes);
        settings.Set(key, change.Value);
        return Results.Json(settings.View(known, key), WireJson.Default.SettingView);
    }
}
