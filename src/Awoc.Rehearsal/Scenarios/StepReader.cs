using Awoc.Rehearsal.Messages;
using Awoc.Rehearsal.Planner;
using YamlDotNet.RepresentationModel;

namespace Awoc.Rehearsal.Scenarios;

/// <summary>Reads one step of a scenario.</summary>
internal sealed class StepReader(YamlFields fields)
{
    /// <summary>No single answer of a real model is larger, in tokens.</summary>
    public const int MaxTokens = 1_000_000;

    public static string[] Fields { get; } =
    [
        "error", "text", "tool", "tools", "thinking", "blocks", "plan", "usage", "delay", "chunkDelay", "silence", "cut", "linger", "stop", "repeat",
        "once", "times", "headers",
    ];

    public Step? Read()
    {
        var pace = new Pace
        {
            Delay = fields.Duration("delay") ?? TimeSpan.Zero,
            ChunkDelay = fields.Duration("chunkDelay") ?? TimeSpan.Zero,
            Silence = fields.Duration("silence") ?? TimeSpan.Zero,
            Cut = fields.Share("cut"),
            Linger = fields.Duration("linger") ?? TimeSpan.Zero,
        };
        if (fields.Has("linger") && pace.Cut is null) fields.Fault("linger", "has a meaning with cut only: silence waits before the body");
        var headers = Headers();
        var content = new[] { "text", "tool", "tools", "thinking", "blocks" }.Where(fields.Has).ToList();
        if (content.Count > 1 && content.Contains("blocks")) fields.Fault("blocks", "stands alone: text, tools and thinking are in it, in any order");
        var kinds = (fields.Has("error") ? 1 : 0) + (fields.Has("plan") ? 1 : 0) + (content.Count > 0 ? 1 : 0);
        if (kinds != 1)
        {
            fields.Fault(kinds == 0
                ? "a step needs one of error, text, tool, tools, thinking, blocks or plan"
                : "error, plan and content (text, tool, tools, thinking, blocks) exclude each other");
            return null;
        }

        Step? step = fields.Has("error") ? Error() : fields.Has("plan") ? Plan() : Answer();
        if (fields.Has("times") && step is { } s && s is not Step.Fail && pace.Cut is null)
            fields.Fault("times", "only an error or a step with cut is counted by times; use repeat for answers");
        return step is null ? null : step with
        {
            Pace = pace,
            Headers = headers,
            Times = fields.Has("times") ? Times(fields) ?? 1 : step.Times,
        };
    }

    private Step.Fail? Error()
    {
        foreach (var name in new[] { "usage", "stop", "repeat", "once", "cut", "chunkDelay" })
            if (fields.Has(name)) fields.Fault(name, "has no meaning with error");
        var error = fields.Mapping("error", "status", "type", "message", "retryAfter", "shouldRetry", "times");
        if (error is null) return null;
        var status = error.Integer("status", 400, 599, required: true);
        if (error.Has("times") && fields.Has("times")) fields.Fault("times", "is already given inside error");
        var api = new ApiError(
            status ?? 500,
            error.Text("type") ?? ApiError.TypeOf(status ?? 500),
            error.Text("message") ?? ApiError.DefaultMessage(status ?? 500))
        {
            RetryAfter = error.Integer("retryAfter", 0, 86_400),
            ShouldRetry = error.Boolean("shouldRetry"),
        };
        return new Step.Fail(api) { Times = error.Has("times") ? Times(error) ?? 1 : 1 };
    }

    private Step.Plan? Plan()
    {
        foreach (var name in new[] { "usage", "stop", "repeat", "once", "cut", "times" })
            if (fields.Has(name)) fields.Fault(name, "has no meaning with plan");
        if (fields.Node("plan") is YamlMappingNode)
        {
            var figures = fields.Mapping("plan", "turns", "tokens", "report")!;
            return new Step.Plan(new PlannerFigures(
                figures.Integer("turns", 0, 1_000) ?? PlannerFigures.DefaultTurns,
                figures.Integer("tokens", 1, MaxTokens) ?? PlannerFigures.DefaultTokens,
                figures.Integer("report", 1, MaxTokens) ?? PlannerFigures.DefaultReport));
        }

        if (fields.Text("plan") == "true") return new Step.Plan(null);
        fields.Fault("plan", "true, or a mapping with turns, tokens and report");
        return null;
    }

    private Step.Answer Answer()
    {
        var blocks = new List<BlockTemplate>();
        AddSimple(blocks, fields);
        AddList("tools", "a mapping with name and input", (item, path) => blocks.Add(Tool(fields.Child(item, path, "name", "input", "partial"))));
        AddList("blocks", "a mapping with text, thinking or tool", (item, path) =>
        {
            var block = fields.Child(item, path, "text", "thinking", "tool");
            if (block.All().Count() > 1) block.Fault("one of text, thinking and tool is allowed");
            AddSimple(blocks, block);
        });

        var usage = fields.Mapping("usage", "input", "output", "cacheRead", "cacheWrite");
        if (fields.Has("repeat") && fields.Has("cut")) fields.Fault("repeat", "a cut answer is counted by times");
        var once = fields.Boolean("once") ?? false;
        if (once && (fields.Has("repeat") || fields.Has("cut"))) fields.Fault("once", "excludes repeat and cut");
        return new Step.Answer(blocks)
        {
            Usage = usage is null ? null : new UsageOverride(
                usage.Integer("input", 0, int.MaxValue / 2), usage.Integer("output", 0, MaxTokens),
                usage.Integer("cacheRead", 0, int.MaxValue / 2), usage.Integer("cacheWrite", 0, int.MaxValue / 2)),
            StopReason = fields.Choice("stop", "end_turn", "max_tokens", "refusal", "stop_sequence", "pause_turn", "tool_use"),
            Repeat = fields.Integer("repeat", 1, 1_000_000) ?? 1,
            Once = once,
        };
    }

    /// <summary>The blocks of a mapping's own fields, in the order in which a model has them.</summary>
    private static void AddSimple(List<BlockTemplate> blocks, YamlFields owner)
    {
        if (Sized(owner, "thinking") is { } thinking) blocks.Add(new BlockTemplate.Thinking(thinking.Text, thinking.Tokens));
        if (Sized(owner, "text") is { } text) blocks.Add(new BlockTemplate.Text(text.Text, text.Tokens));
        if (owner.Has("tool") && owner.Mapping("tool", "name", "input", "partial") is { } tool) blocks.Add(Tool(tool));
    }

    private void AddList(string name, string expected, Action<YamlMappingNode, string> add)
    {
        if (fields.Sequence(name) is not { } list) return;
        for (var i = 0; i < list.Children.Count; i++)
        {
            if (list.Children[i] is YamlMappingNode mapping) add(mapping, $"{fields.PathOf(name)}[{i}]");
            else fields.Fault(name, $"item {i} is not {expected}");
        }

        if (list.Children.Count == 0) fields.Fault(name, name == "tools" ? "at least one tool is needed" : "at least one block is needed");
    }

    private static (string Text, int? Tokens)? Sized(YamlFields owner, string name)
    {
        if (!owner.Has(name)) return null;
        if (owner.Node(name) is YamlScalarNode) return (owner.Text(name) ?? "", null);
        var map = owner.Mapping(name, "text", "tokens");
        if (map is null) return null;
        if (!map.Has("text") && !map.Has("tokens")) map.Fault("text or tokens is needed");
        return (map.Text("text") ?? "", map.Integer("tokens", 0, MaxTokens));
    }

    private static BlockTemplate.ToolUse Tool(YamlFields tool)
    {
        var name = tool.Text("name", required: true) ?? "";
        if (tool.Has("input") && tool.Has("partial")) tool.Fault("partial", "stands in place of input");
        if (tool.Has("partial")) return new BlockTemplate.ToolUse(name, tool.Text("partial") ?? "", IsPartial: true);
        var input = tool.Node("input");
        if (input is null) return new BlockTemplate.ToolUse(name, "{}");
        if (input is not YamlMappingNode) tool.Fault("input", "a tool's input is a mapping");
        return new BlockTemplate.ToolUse(name, YamlJson.Convert(input, tool, tool.PathOf("input")));
    }

    private static int? Times(YamlFields owner) =>
        owner.Text("times") == "always" ? ScenarioReader.Always : owner.Integer("times", 1, 1_000_000);

    private Dictionary<string, string> Headers()
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (fields.Mapping("headers") is not { } map) return headers;
        foreach (var (name, _) in map.All())
        {
            var value = map.Text(name) ?? "";
            if (name.Length == 0 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-')) map.Fault(name, $"'{name}' is no header name");
            else if (value.Any(c => c is < ' ' or > '~')) map.Fault(name, "a header's value is printable ASCII");
            else headers[name] = value;
        }

        return headers;
    }
}
