using System.Text.Json.Nodes;

namespace Awoc.EndToEnd.Endings;

/// <summary>An <c>evidence.json</c> in the few words that a table holds.</summary>
internal static class EvidenceWords
{
    public static string Of(JsonObject evidence)
    {
        var words = new List<string>();
        words.AddRange(Shim(evidence["shim"]));
        if ((string?)evidence["agent"] != "command") words.AddRange(Agent(evidence));
        if (evidence["gateway"] is { } gateway)
        {
            if ((int)gateway["requests"]! == 0) words.Add("no model call");
            if ((int)gateway["budgetRefusals"]! > 0) words.Add("calls refused by the budget");
        }

        return string.Join(", ", words);
    }

    private static IEnumerable<string> Shim(JsonNode? shim)
    {
        if (shim is null)
        {
            yield return "no record by the shim";
            yield break;
        }

        var cause = (string?)shim["cause"];
        if (cause == "spawn_failed") yield return $"not started (errno {(int?)shim["errno"]})";
        else if (cause is not null) yield return $"stopped: {cause}";
        else if (shim["signal"] is { } signal) yield return $"signal {(int)signal}";
        else yield return $"exit {(int?)shim["code"]}";
    }

    private static IEnumerable<string> Agent(JsonObject evidence)
    {
        if (evidence["end"] is not { } end)
        {
            yield return "no result";
        }
        else
        {
            yield return $"`{(string?)end["kind"]}`{((bool)end["isError"]! ? " with `is_error`" : "")}";
            if (end["apiStatus"] is { } status) yield return $"status {(int)status}";
            if ((string?)end["stopReason"] is "refusal" or "max_tokens") yield return $"stop reason `{(string?)end["stopReason"]}`";
            if ((string?)end["terminalReason"] is "prompt_too_long" or "aborted_tools") yield return $"`{(string?)end["terminalReason"]}`";
            if (end["denials"]!.AsArray() is { Count: > 0 } denials) yield return $"denied: {string.Join(", ", denials.Select(d => (string?)d).Distinct())}";
            if ((bool)end["schemaAsked"]! && !(bool)end["hasStructuredOutput"]!) yield return "no structured output";
        }

        if (evidence["errorClass"] is { } error) yield return $"`{(string?)error}`";
        if (evidence["cutCall"] is { } cut) yield return $"cut call: {(string?)cut}";
        if (evidence["subAgentError"] is not null) yield return "a sub-agent's text is an API error";
        if ((string?)evidence["limit"]?["status"] == "rejected") yield return "usage window `rejected`";
    }
}
