using System.Globalization;

namespace Awoc.Rehearsal;

/// <summary>The arguments of the <c>rehearse</c> verb.</summary>
internal sealed record RehearsalArguments
{
    private const string Known = "--scenario, --port, --socket, --log, --list, --json and --help";

    public int Port { get; private init; }

    public string? Socket { get; private init; }

    public string? Scenario { get; private init; }

    public string? Log { get; private init; }

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
            if (name is "--list" or "--json" or "--help" or "-h")
            {
                if (value is not null) return (parsed, $"{name} takes no value");
                parsed = name switch
                {
                    "--list" => parsed with { List = true },
                    "--json" => parsed with { Json = true },
                    _ => parsed with { Help = true },
                };
                continue;
            }

            if (name is not ("--port" or "--socket" or "--scenario" or "--log")) return (parsed, $"unknown argument '{args[i]}': {Known} are allowed");
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
                default:
                    parsed = parsed with { Log = value };
                    break;
            }
        }

        return (parsed, parsed is { Socket: not null, Port: > 0 } ? "--port and --socket exclude each other" : null);
    }
}
