using System.CommandLine;
using Awoc.Cli.CommandLine;
using Awoc.Cli.Terminal;
using Awoc.Client;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary><c>awoc config</c>.</summary>
internal static class ConfigVerb
{
    public static VerbCommand Build(CliConsole console)
    {
        var command = new VerbCommand("config", "Shows and changes settings. A project's .awoc/config.yaml adds to the user's file.")
        {
            Examples = ["awoc config list", "awoc config get agent", "awoc config set agent claude", "awoc config unset agent", "$EDITOR \"$(awoc config path)\""],
        };
        command.Subcommands.Add(List(console));
        command.Subcommands.Add(Get(console));
        command.Subcommands.Add(Change(console, "set", "Changes a setting in the user's file.", withValue: true));
        command.Subcommands.Add(Change(console, "unset", "Takes a setting out of the user's file.", withValue: false));
        command.Subcommands.Add(PathOf(console));
        return command;
    }

    private static VerbCommand List(CliConsole console)
    {
        var json = Shared.Json();
        var command = new VerbCommand("list", "Lists every setting with its value and where it comes from.");
        command.Options.Add(json);
        command.SetAction(async (parsed, token) =>
        {
            var settings = await console.Client().SettingsAsync(Paths.Absolute(null), token);
            if (parsed.GetValue(json)) JsonOut.Write(console, settings, WireJson.Default.SettingsView);
            else Print(console.Out, settings);
            return ExitCodes.Succeeded;
        });
        return command;
    }

    private static VerbCommand Get(CliConsole console)
    {
        var key = Key();
        var json = Shared.Json();
        var command = new VerbCommand("get", "Prints the value of a setting.");
        command.Arguments.Add(key);
        command.Options.Add(json);
        command.SetAction(async (parsed, token) =>
        {
            var settings = await console.Client().SettingsAsync(Paths.Absolute(null), token);
            var name = parsed.GetValue(key)!;
            var setting = settings.Settings.FirstOrDefault(s => s.Key == name)
                ?? throw new UsageException(
                    $"There is no setting '{Printable.Line(name)}'.{Nearest.Hint(name, settings.Settings.Select(s => s.Key))} `awoc config list` has them all.");
            if (parsed.GetValue(json)) JsonOut.Write(console, setting, WireJson.Default.SettingView);
            else console.Out.WriteLine(setting.Value);
            return ExitCodes.Succeeded;
        });
        return command;
    }

    private static VerbCommand Change(CliConsole console, string name, string description, bool withValue)
    {
        var key = Key();
        var value = new Argument<string>("VALUE") { Description = "The new value" };
        var json = Shared.Json();
        var command = new VerbCommand(name, description);
        command.Arguments.Add(key);
        if (withValue) command.Arguments.Add(value);
        command.Options.Add(json);
        command.SetAction(async (parsed, token) =>
        {
            var setting = await console.Client().ChangeSettingAsync(parsed.GetValue(key)!, withValue ? parsed.GetValue(value) : null, token);
            if (parsed.GetValue(json)) JsonOut.Write(console, setting, WireJson.Default.SettingView);
            else console.Out.WriteLine($"{setting.Key} = {setting.Value} ({setting.Source})");
            return ExitCodes.Succeeded;
        });
        return command;
    }

    private static VerbCommand PathOf(CliConsole console)
    {
        var json = Shared.Json();
        var command = new VerbCommand("path", "Prints the path of the user's file, which need not exist.");
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            var file = AwocHome.Resolve().SettingsFile;
            if (parsed.GetValue(json)) JsonOut.Write(console, new ConfigPathJson(file), CliJson.Default.ConfigPathJson);
            else console.Out.WriteLine(file);
            return ExitCodes.Succeeded;
        });
        return command;
    }

    private static Argument<string> Key() => new("KEY") { Description = "A setting's dotted name" };

    private static void Print(TextWriter writer, SettingsView settings)
    {
        var width = settings.Settings.Select(s => s.Key.Length + s.Value.Length + 3).DefaultIfEmpty().Max();
        foreach (var setting in settings.Settings)
            writer.WriteLine($"{$"{setting.Key} = {setting.Value}".PadRight(width)}  # {setting.Source}: {setting.Description}");
    }
}
