using System.Globalization;
using Awoc.Engine.Contexts;

namespace Awoc.Daemon.Settings;

/// <summary>The settings of what tasks share: <c>context.map_tokens</c>, <c>context.file_tokens</c>.</summary>
internal static class ContextKeys
{
    private const string Map = "context.map_tokens";
    private const string Files = "context.file_tokens";
    private const string Takes = "a whole number from 500 to 150000";

    public static IReadOnlyList<SettingKey> All { get; } =
    [
        new(Map, "the size of a repository map ('awoc cache warm'), about", Takes, Fits, s => Text(s.Contexts.MapTokens), true),
        new(Files, "up to where the context files of a group stand whole before its tasks, about", Takes, Fits, s => Text(s.Contexts.FileTokens), true),
    ];

    public static ContextSettings Read(IReadOnlyDictionary<string, string> values) => new(
        values.TryGetValue(Map, out var map) ? int.Parse(map, CultureInfo.InvariantCulture) : ContextSettings.Default.MapTokens,
        values.TryGetValue(Files, out var files) ? int.Parse(files, CultureInfo.InvariantCulture) : ContextSettings.Default.FileTokens);

    private static bool Fits(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var tokens) && tokens is >= 500 and <= 150_000;

    private static string Text(int tokens) => tokens.ToString(CultureInfo.InvariantCulture);
}
