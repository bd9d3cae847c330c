using Awoc.Rehearsal.Messages;

namespace Awoc.Rehearsal.Scenarios;

/// <summary>The scenarios a server offers, found by the way requests spell them: <c>turns?n=5&amp;tokens=100</c> or <c>turns,n=5</c>.</summary>
internal sealed class ScenarioLibrary
{
    private readonly Dictionary<string, ScenarioSource> _scenarios;

    public ScenarioLibrary(IEnumerable<ScenarioSource> added)
    {
        _scenarios = BuiltInScenarios.All.ToDictionary(s => s.Name, StringComparer.Ordinal);
        foreach (var scenario in added) _scenarios[scenario.Name] = scenario;
    }

    public IEnumerable<ScenarioSource> All => _scenarios.Values.OrderBy(s => s.Name, StringComparer.Ordinal);

    public (Scenario? Scenario, ApiError? Error) Find(string choice)
    {
        var (name, values) = Split(choice);
        if (!_scenarios.TryGetValue(name, out var source))
            return (null, ApiError.Invalid($"rehearsal: there is no scenario '{name}': {string.Join(", ", All.Select(s => s.Name))} are there"));
        var (scenario, faults) = source.Bind(values);
        return scenario is not null
            ? (scenario, null)
            : (null, ApiError.Invalid($"rehearsal: scenario '{choice}': {string.Join("; ", faults.Select(f => f.Path + ": " + f.Message))}"));
    }

    private static (string Name, Dictionary<string, string> Values) Split(string choice)
    {
        var parts = choice.Trim().Split(['?', '&', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in parts.Skip(1))
        {
            var equals = part.IndexOf('=');
            values[equals < 0 ? part : part[..equals]] = equals < 0 ? "" : part[(equals + 1)..];
        }

        return (parts.Length == 0 ? "" : parts[0], values);
    }
}
