using System.Globalization;
using System.Text.RegularExpressions;
using Awoc.Rehearsal.Planner;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Awoc.Rehearsal.Scenarios;

/// <summary>Turns YAML into a scenario. Goes through the whole file whatever it meets, so that all faults come at once.</summary>
internal sealed partial class ScenarioReader
{
    /// <summary>"Until the end of time" for a step's <c>times</c>.</summary>
    public const int Always = int.MaxValue;

    private readonly Dictionary<string, string> _values;
    private readonly List<ScenarioFault> _faults = [];

    private ScenarioReader(IReadOnlyDictionary<string, string> values) => _values = new(values, StringComparer.Ordinal);

    public static (ScenarioReading Reading, Scenario? Scenario) Read(string yaml, IReadOnlyDictionary<string, string> values)
    {
        var reader = new ScenarioReader(values);
        var (source, scenario) = reader.ReadDocument(yaml);
        return reader._faults.Count > 0
            ? (new ScenarioReading(null, [.. reader._faults.OrderBy(f => f.Line).ThenBy(f => f.Column)]), null)
            : (new ScenarioReading(source, []), scenario);
    }

    private (ScenarioSource?, Scenario?) ReadDocument(string yaml)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(yaml));
        }
        catch (YamlException e)
        {
            _faults.Add(new ScenarioFault((int)e.Start.Line, (int)e.Start.Column, "", $"not valid YAML: {e.Message}"));
            return (null, null);
        }

        if (stream.Documents.Count != 1 || stream.Documents[0].RootNode is not YamlMappingNode root)
        {
            _faults.Add(new ScenarioFault(1, 1, "", "a scenario file is one YAML mapping with name and steps"));
            return (null, null);
        }

        var fields = new YamlFields(root, "", this, "name", "description", "parameters", "steps", "end", "subagents", "report", "limits");
        var parameters = Parameters(fields.Mapping("parameters"));
        foreach (var (name, value) in parameters) _values.TryAdd(name, value);

        var scenarioName = fields.Text("name", required: true);
        if (scenarioName is not null && !NamePattern().IsMatch(scenarioName))
            fields.Fault("name", $"'{scenarioName}' is no name: lower-case letters, digits and dashes, beginning with a letter, are allowed");
        var description = fields.Text("description") ?? "";
        var end = fields.Choice("end", "repeat", "error");
        var steps = Steps(fields);
        var subagents = Subagents(fields);
        var limits = ScenarioLimits.Read(fields);
        var share = ReportShare(fields);
        var report = (share is null ? fields.Integer("report", 1, StepReader.MaxTokens) : null) ?? PlannerFigures.DefaultReport;
        if (_faults.Count > 0) return (null, null);
        return (
            new ScenarioSource(scenarioName!, description, parameters, yaml),
            new Scenario(scenarioName!, steps, end == "error") { Subagents = subagents, ReportTokens = report, ReportShare = share, Limits = limits, NamesReport = fields.Has("report") });
    }

    private static Dictionary<string, string> Parameters(YamlFields? fields)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        if (fields is null) return parameters;
        foreach (var (key, value) in fields.All())
        {
            if (!ParameterPattern().IsMatch(key)) fields.Fault(key, "a parameter's name is letters, digits and underscores, beginning with a letter");
            else if (ScenarioVariables.Names.Contains(key)) fields.Fault(key, $"'{key}' is a variable's name; {string.Join(", ", ScenarioVariables.Names)} cannot be parameters");
            else if (value is not YamlScalarNode scalar) fields.Fault(key, "a parameter's default is a plain value");
            else parameters[key] = scalar.Value ?? "";
        }

        return parameters;
    }

    /// <summary>"80%" of what the request allows; null for a size in tokens.</summary>
    private static double? ReportShare(YamlFields fields) =>
        fields.Text("report") is { } text && text.EndsWith('%')
        && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent is >= 1 and <= 1_000
            ? percent / 100.0
            : null;

    private List<SubagentScript> Subagents(YamlFields root)
    {
        var scripts = new List<SubagentScript>();
        var list = root.Sequence("subagents");
        for (var i = 0; i < (list?.Children.Count ?? 0); i++)
        {
            var path = $"subagents[{i}]";
            if (list!.Children[i] is not YamlMappingNode mapping)
            {
                Fault(list.Children[i], path, "a sub-agent is a mapping with steps, and with when where there are several kinds");
                continue;
            }

            var fields = new YamlFields(mapping, path, this, "when", "steps");
            scripts.Add(new SubagentScript(fields.Text("when"), Steps(fields)));
        }

        return scripts;
    }

    private List<Step> Steps(YamlFields root)
    {
        var steps = new List<Step>();
        var list = root.Sequence("steps", required: true);
        if (list is null) return steps;
        if (list.Children.Count == 0) root.Fault("steps", "at least one step is needed");
        for (var i = 0; i < list.Children.Count; i++)
        {
            var path = $"{root.PathOf("steps")}[{i}]";
            if (list.Children[i] is not YamlMappingNode mapping)
            {
                Fault(list.Children[i], path, "a step is a mapping with one of error, text, tool, tools, thinking, blocks or plan");
                continue;
            }

            var step = new StepReader(new YamlFields(mapping, path, this, StepReader.Fields)).Read();
            if (step is Step.Plan && i < list.Children.Count - 1)
                Fault(mapping, path, "plan hands over to the planner for good: it must be the last step");
            if (step is not null) steps.Add(step);
        }

        return steps;
    }

    internal void Fault(YamlNode node, string path, string message) =>
        _faults.Add(new ScenarioFault((int)node.Start.Line, (int)node.Start.Column, path, message));

    /// <summary>A scalar with the parameters filled in; variables of the conversation stay for later.</summary>
    internal string Fill(YamlScalarNode scalar, string path) => ScenarioVariables.Variable().Replace(scalar.Value ?? "", match =>
    {
        var name = match.Groups["name"].Value;
        if (_values.TryGetValue(name, out var value)) return value;
        if (!ScenarioVariables.Names.Contains(name))
        {
            var known = ScenarioVariables.Names.Concat(_values.Keys);
            Fault(scalar, path, $"unknown variable '{{{{{name}}}}}': {string.Join(", ", known)} are known");
        }

        return $"{{{{{name}}}}}";
    });

    internal static TimeSpan? Duration(string text)
    {
        var match = DurationPattern().Match(text);
        if (!match.Success) return null;
        var number = double.Parse(match.Groups["n"].Value, CultureInfo.InvariantCulture);
        var milliseconds = match.Groups["unit"].Value switch
        {
            "ms" => number,
            "m" => number * 60_000,
            "h" => number * 3_600_000,
            _ => number * 1000,
        };

        // Timers take no more than 49 days.
        return milliseconds <= 24 * 3_600_000d ? TimeSpan.FromMilliseconds(milliseconds) : null;
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{0,63}$")]
    private static partial Regex NamePattern();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_]{0,31}$")]
    private static partial Regex ParameterPattern();

    [GeneratedRegex(@"^(?<n>\d{1,9}(\.\d{1,6})?)(?<unit>ms|s|m|h)?$")]
    private static partial Regex DurationPattern();
}
