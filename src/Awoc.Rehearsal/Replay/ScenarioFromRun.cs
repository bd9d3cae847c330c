using System.Globalization;
using System.Text;
using System.Text.Json;
using Awoc.Rehearsal.Messages;
using Awoc.Rehearsal.Planner;
using Awoc.Rehearsal.Scenarios;

namespace Awoc.Rehearsal.Replay;

/// <summary>Turns a recorded run into a scenario that gives the same answers in the same places, without a key.</summary>
public sealed class ScenarioFromRun
{
    /// <summary>Words by which a sub-agent's prompt is told from another's, in characters.</summary>
    private const int LongestWords = 160;
    private const int ShortestWords = 8;

    /// <summary>As long as a scenario can wait: until a limit of the task ends it, as it did.</summary>
    private const string Endless = "24h";
    private static readonly string[] s_stops = ["end_turn", "max_tokens", "refusal", "stop_sequence", "pause_turn", "tool_use"];

    private readonly YamlText _yaml = new();
    private readonly List<string> _warnings = [];
    private readonly RecordedRun _run;
    private readonly Wording _wording;
    private TaskPrompt? _main;

    private ScenarioFromRun(RecordedRun run, IReadOnlyList<string> secrets)
    {
        _run = run;
        _wording = new Wording(secrets);
    }

    /// <param name="run">What was recorded.</param>
    /// <param name="secrets">Texts that must not be in the scenario, beside what looks like a credential.</param>
    /// <returns>Null when the record holds no answer of a model.</returns>
    public static RecordedScenario? Make(RecordedRun run, IReadOnlyList<string> secrets)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(secrets);
        return new ScenarioFromRun(run, secrets).Make();
    }

    private RecordedScenario? Make()
    {
        // Side questions (a title, say) get an answer from the server whatever the scenario.
        var calls = _run.Attempts.SelectMany(a => RecordReader.Read(a, _warnings))
            .Where(c => c.Conversation is not { } conversation || SideRequest.Answer(conversation) is null)
            .ToList();
        if (calls.Count == 0) return null;
        if (!_run.HasEnded) _warnings.Add("the task still works: this is its record up to now");

        _main = calls.Select(c => c.Conversation?.Task).FirstOrDefault(t => t is not null);
        var threads = Threads(calls);
        var main = threads.FirstOrDefault(t => t.Key.Length == 0) ?? threads[0];
        var name = $"run-{Handle(_run.Id)}";
        Head(name, calls.Count, threads.Count - 1);
        Steps(0, Script.Of(main.Calls));
        Subagents([.. threads.Where(t => t != main)]);

        if (calls.Any(c => c.Conversation?.ScenarioMarker is not null))
            _warnings.Add($"the task's text chooses a scenario itself ([[rehearse:…]]), which goes before --scenario: run it with the base URL …/s/{name}");
        if (_wording.Redactions > 0) _warnings.Add($"{_wording.Redactions} text(s) that looked like a credential were blacked out");
        return new RecordedScenario(name, _yaml.ToString(), calls.Count, [.. _warnings.Distinct()]);
    }

    private void Head(string name, int calls, int subagents)
    {
        var attempts = _run.Attempts.Count == 1 ? $"attempt {_run.Attempts[0].Number}" : $"attempts {_run.Attempts[0].Number} to {_run.Attempts[^1].Number}";
        var date = _run.CreatedAt.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        _yaml.Comment($"A recorded run, made by `awoc rehearse --from {_run.Id}`.");
        _yaml.Comment(_wording.Of($"task type: {_run.Type}; agent: {_run.Agent}; model: {_run.Model ?? "the agent's own"}; date: {date}", null, null));
        _yaml.Comment($"{attempts}: {Number(calls)} model call{(calls == 1 ? "" : "s")}" + (subagents > 0 ? $", in {Number(subagents + 1)} conversations" : ""));
        _yaml.Comment("Nothing secret is in it: the model's answers alone, without what it was sent, credentials blacked out where they were recognised.");
        _yaml.Comment("They may quote what the model read: look through it before you hand it on.");
        _yaml.Comment("To have the run again: awoc rehearse --scenario FILE, then, with the exports it prints, the same awoc run.");
        _yaml.Line(0, $"name: {name}");
        _yaml.Text(0, "description", _wording.Of($"A recorded run of {_run.Type} by {_run.Agent}, {date}.", null, null));
        _yaml.Line(0, "end: error");
    }

    /// <summary>The main thread under an empty key: every conversation with the task's prompt. A sub-agent each, and each other prompt.</summary>
    private static List<Thread> Threads(List<RecordedCall> calls)
    {
        var threads = new List<Thread>();
        foreach (var call in calls)
        {
            // A request that cannot be read belongs to whoever asked before.
            var key = call.AgentId is { } agent ? $"agent {agent}"
                : call.Conversation is { Task: null } other ? $"prompt {other.FirstPrompt}"
                : "";
            var thread = threads.FirstOrDefault(t => t.Key == key);
            if (thread is null) threads.Add(thread = new Thread(key, call.Conversation?.FirstPrompt ?? "", []));
            thread.Calls.Add(call);
        }

        return threads;
    }

    private void Subagents(List<Thread> threads)
    {
        var named = new List<(string? When, Thread Thread)>();
        foreach (var thread in threads)
        {
            var isOnlyOne = threads.Count == 1 && thread.Calls[0].AgentId is not null;
            var when = isOnlyOne ? null : Words(thread, threads);
            if (isOnlyOne || when is not null) named.Add((when, thread));
            else _warnings.Add($"attempt {thread.Calls[0].Attempt}, call {thread.Calls[0].Number}: a sub-agent's prompt has no words that tell it from another's, and its conversation is left out");
        }

        if (named.Count == 0) return;
        _yaml.Line(0, "subagents:");
        foreach (var (when, thread) in named)
        {
            if (when is null) _yaml.Line(1, "- steps:");
            else
            {
                _yaml.Line(1, $"- when: {YamlText.Quoted(when)}");
                _yaml.Line(2, "steps:");
            }

            StepList(3, Script.Of(thread.Calls));
        }
    }

    /// <summary>A line of the prompt that no other conversation's has, and that reads the same in another directory.</summary>
    private string? Words(Thread thread, List<Thread> all) => thread.Prompt.Split('\n')
        .Select(l => l.Trim())
        .Select(l => l.Length <= LongestWords ? l : l[..LongestWords].TrimEnd())
        .FirstOrDefault(l => l.Length >= ShortestWords && l == _wording.Of(l, null, _main)
            && all.All(t => t == thread || !t.Prompt.Contains(l, StringComparison.Ordinal)));

    private void Steps(int depth, List<ScriptStep> steps)
    {
        _yaml.Line(depth, "steps:");
        StepList(depth + 1, steps);
    }

    private void StepList(int depth, List<ScriptStep> steps)
    {
        foreach (var step in steps)
        {
            switch (step)
            {
                case ScriptStep.Error error:
                    Error(depth, error);
                    break;
                case ScriptStep.Answer answer:
                    Answer(depth, answer);
                    break;
                case ScriptStep.Silence:
                    _yaml.Line(depth, "- text: \"\"");
                    _yaml.Line(depth + 1, "once: true");
                    _yaml.Line(depth + 1, $"delay: {Endless}");
                    break;
                default:
                    _warnings.Add("the record lacks an answer: a word stands in its place");
                    _yaml.Line(depth, "- text: \"(not in the record)\"");
                    break;
            }
        }
    }

    private void Error(int depth, ScriptStep.Error error)
    {
        _yaml.Line(depth, "- error:");
        _yaml.Line(depth + 2, $"status: {Number(error.Status)}");
        if (error.Type is { Length: > 0 } type) _yaml.Text(depth + 2, "type", _wording.Of(type, null, null));
        if (error.Message is { Length: > 0 } message) _yaml.Text(depth + 2, "message", _wording.Of(message, null, _main));
        if (error.RetryAfter is { } seconds) _yaml.Line(depth + 2, $"retryAfter: {Number(seconds)}");
        if (error.Times > 1) _yaml.Line(depth + 2, $"times: {Number(error.Times)}");
    }

    private void Answer(int depth, ScriptStep.Answer step)
    {
        var answer = step.Call.Answer;
        var blocks = answer.Blocks.Count > 0 ? answer.Blocks : [new RecordedBlock("text", "")];
        Blocks(depth, blocks, step.Call.Conversation);
        Usage(depth + 1, answer, blocks);
        if (answer.StopReason is { } stop && stop != (blocks.Any(b => b.Kind == "tool_use") ? "tool_use" : "end_turn"))
        {
            if (s_stops.Contains(stop)) _yaml.Line(depth + 1, $"stop: {stop}");
            else _warnings.Add($"attempt {step.Call.Attempt}, call {step.Call.Number}: a scenario has no stop reason {stop}");
        }

        if (step.Once) _yaml.Line(depth + 1, "once: true");
        if (step.Broken) _yaml.Line(depth + 1, "cut: 1");
        if (step.Lingers) _yaml.Line(depth + 1, $"linger: {Endless}");
    }

    /// <summary>Thinking, a text and a tool in this order are a step's own fields; what else there is stands in a list.</summary>
    private void Blocks(int depth, IReadOnlyList<RecordedBlock> blocks, Conversation? conversation)
    {
        var isPlain = blocks.Select(b => Order(b.Kind)) is var order && order.SequenceEqual(order.Distinct().Order());
        if (!isPlain) _yaml.Line(depth, "- blocks:");
        for (var i = 0; i < blocks.Count; i++)
        {
            if (isPlain) Block(depth + (i == 0 ? 0 : 1), i == 0 ? "- " : "", blocks[i], conversation);
            else Block(depth + 2, "- ", blocks[i], conversation);
        }
    }

    private static int Order(string kind) => kind switch { "thinking" => 0, "text" => 1, _ => 2 };

    private void Block(int depth, string dash, RecordedBlock block, Conversation? conversation)
    {
        if (block.Kind != "tool_use")
        {
            _yaml.Text(depth, dash + block.Kind, _wording.Of(block.Content, conversation, _main), indent: dash.Length);
            return;
        }

        var inside = depth + 1 + dash.Length / 2;
        _yaml.Line(depth, $"{dash}tool:");
        _yaml.Text(inside, "name", _wording.Of(block.Name ?? "", null, null));
        if (Whole(block.Content) is { } input) _yaml.Mapping(inside, "input", input, text => _wording.Of(text, conversation, _main));
        else _yaml.Line(inside, $"partial: {YamlText.Quoted(_wording.Of(block.Content, conversation, _main))}");
    }

    private void Usage(int depth, RecordedAnswer answer, IReadOnlyList<RecordedBlock> blocks)
    {
        // Of a stream that broke off there is no account: it weighs what came of it.
        var figures = new (string Name, int? Value)[]
        {
            ("input", answer.Input), ("cacheRead", answer.CacheRead), ("cacheWrite", answer.CacheWrite),
            ("output", answer.Output ?? blocks.Sum(b => TokenEstimate.Of(b.Content))),
        };
        _yaml.Line(depth, $"usage: {{{string.Join(", ", figures.Where(f => f.Value is not null).Select(f => $"{f.Name}: {Number(f.Value!.Value)}"))}}}");
    }

    private static JsonElement? Whole(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1000 });
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Handle(string id)
    {
        var random = id[(id.IndexOf('-') + 1)..].ToLowerInvariant();
        var name = new StringBuilder();
        foreach (var c in random.Take(32)) name.Append(char.IsAsciiLetterOrDigit(c) ? c : '-');
        return name.ToString();
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>One conversation's calls, in order.</summary>
    private sealed record Thread(string Key, string Prompt, List<RecordedCall> Calls);
}
