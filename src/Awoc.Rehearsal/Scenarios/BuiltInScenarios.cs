using System.Diagnostics;
using System.Reflection;

namespace Awoc.Rehearsal.Scenarios;

/// <summary>The scenarios that come with AWOC, embedded as the YAML that <c>awoc rehearse --list</c> names.</summary>
public static class BuiltInScenarios
{
    private const string Prefix = "scenario:";
    private static readonly Lazy<IReadOnlyList<ScenarioSource>> s_all = new(Load);

    /// <summary>By name.</summary>
    public static IReadOnlyList<ScenarioSource> All => s_all.Value;

    private static List<ScenarioSource> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var scenarios = new List<ScenarioSource>();
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            var reading = ScenarioSource.Parse(reader.ReadToEnd());
            scenarios.Add(reading.Scenario ?? throw new UnreachableException($"built-in {name}: {string.Join("; ", reading.Faults)}"));
        }

        return scenarios;
    }
}
