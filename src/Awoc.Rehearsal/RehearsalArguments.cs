using System.Globalization;

namespace Awoc.Rehearsal;

/// <summary>The arguments of the <c>rehearse</c> verb.</summary>
internal sealed record RehearsalArguments
{
    private const string Known = "--scenario, --port, --socket, --log, --from, --attempt, --output, --overwrite, --list, --json and --help";

    public int Port { get; private init; }

    public string? Socket { get; private init; }

    public string? Scenario { get; private init; }

    public string? Log { get; private init; }

    /// <summary>A task whose record becomes a scenario; then nothing is served.</summary>
    public string? From { get; private init; }

    /// <summary>Of that task, only this attempt.</summary>
    public int? Attempt { get; private init; }

    /// <summary>Where that scenario goes; stdout without it.</summary>
    public string? Output { get; private init; }

    public bool Overwrite { get; private init; }

    public bool List { get; private init; }

    public bool Json { get; private init; }

    public bool Help { get; private init; }

    /// <returns>The arguments, and what is wrong with them if anything is.</returns>
    public static (RehearsalArguments Arguments, string? Fault) Parse(IReadOnlyList<string> args)
    {
        var parsed = new RehearsalArguments();
        for (var i = 0; i < args.Count; i++)
        {
            var (name, value) = (args[i], (string?)null);
            if (name.StartsWith("--", StringComparison.Ordinal) && name.IndexOf('=') is > 0 and var equals) (name, value) = (name[..equals], name[(equals + 1)..]);
            if (name is "--list" or "--json" or "--overwrite" or "--help" or "-h")
            {
                if (value is not null) return (parsed, $"{name} takes no value");
                parsed = name switch
                {
                    "--list" => parsed with { List = true },
                    "--json" => parsed with { Json = true },
                    "--overwrite" => parsed with { Overwrite = true },
                    _ => parsed with { Help = true },
                };
                continue;
            }

            if (name is not ("--port" or "--socket" or "--scenario" or "--log" or "--from" or "--attempt" or "--output")) return (parsed, $"unknown argument '{args[i]}': {Known} are allowed");
            value ??= i + 1 < args.Count ? args[++i] : null;
            if (string.IsNullOrEmpty(value)) return (parsed, $"{name} needs a value");
            switch (name)
            {
                case "--port":
                    if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > 65535)
                        return (parsed, $"--port '{value}' is no port: 0 to 65535 are allowed, 0 takes a free one");
                    parsed = parsed with { Port = port };
                    break;
                case "--socket":
                    parsed = parsed with { Socket = Path.GetFullPath(value) };
                    break;
                case "--scenario":
                    parsed = parsed with { Scenario = value };
                    break;
                case "--from":
                    parsed = parsed with { From = value };
                    break;
                case "--attempt":
                    if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var attempt) || attempt < 1)
                        return (parsed, $"--attempt '{value}' is no attempt: they are numbered from 1");
                    parsed = parsed with { Attempt = attempt };
                    break;
                case "--output":
                    parsed = parsed with { Output = value };
                    break;
                default:
                    parsed = parsed with { Log = value };
                    break;
            }
        }

        return (parsed, parsed.Conflict());
    }

    private string? Conflict()
    {
        if (this is { Socket: not null, Port: > 0 }) return "--port and --socket exclude each other";
        if (From is null) return this is { Attempt: null, Output: null, Overwrite: false } ? null : "--attempt, --output and --overwrite go with --from ID";
        return this is { Scenario: null, Socket: null, Port: 0, Log: null, List: false }
            ? null
            : "--from ID makes a scenario and serves nothing: --scenario, --port, --socket, --log and --list do not go with it";
    }
}
