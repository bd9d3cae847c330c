using System.Collections.Concurrent;

namespace Awoc.Rehearsal.Scenarios;

/// <summary>A scenario as written: YAML that has been checked, with parameters that each use may set anew.</summary>
public sealed class ScenarioSource
{
    private const int MaxBound = 256;
    private readonly string _yaml;
    private readonly ConcurrentDictionary<string, Scenario> _bound = new(StringComparer.Ordinal);

    internal ScenarioSource(string name, string description, IReadOnlyDictionary<string, string> parameters, string yaml) =>
        (Name, Description, Parameters, _yaml) = (name, description, parameters, yaml);

    /// <summary>Lower-case letters, digits and dashes.</summary>
    public string Name { get; }

    /// <summary>One line for a listing.</summary>
    public string Description { get; }

    /// <summary>Parameters and their defaults, in the file's order.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; }

    /// <summary>Reads a scenario and reports every fault in it at once.</summary>
    public static ScenarioReading Parse(string yaml) => ScenarioReader.Read(yaml, new Dictionary<string, string>()).Reading;

    /// <summary>The scenario with parameters set; a fault names a parameter or value that it does not take.</summary>
    internal (Scenario? Scenario, IReadOnlyList<ScenarioFault> Faults) Bind(IReadOnlyDictionary<string, string> values)
    {
        var key = string.Join('&', values.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Key}={v.Value}"));
        if (_bound.TryGetValue(key, out var known)) return (known, []);
        var unknown = values.Keys.Where(k => !Parameters.ContainsKey(k)).ToList();
        if (unknown.Count > 0)
        {
            var allowed = Parameters.Count == 0 ? "it takes none" : $"it takes {string.Join(", ", Parameters.Keys)}";
            return (null, [.. unknown.Select(u => new ScenarioFault(1, 1, u, $"scenario '{Name}' has no parameter '{u}': {allowed}"))]);
        }

        var (reading, scenario) = ScenarioReader.Read(_yaml, values);
        if (scenario is null) return (null, reading.Faults);
        if (_bound.Count >= MaxBound) _bound.Clear();
        _bound[key] = scenario;
        return (scenario, []);
    }
}

/// <summary>A scenario, or why it is none.</summary>
/// <param name="Scenario">Null when there are faults.</param>
/// <param name="Faults">All of them, in the file's order.</param>
public sealed record ScenarioReading(ScenarioSource? Scenario, IReadOnlyList<ScenarioFault> Faults);
