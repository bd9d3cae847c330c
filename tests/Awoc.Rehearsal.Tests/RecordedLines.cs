using System.Text.Json.Nodes;

namespace Awoc.Rehearsal.Tests;

/// <summary>Makes lines of a <c>wire.jsonl</c> by hand.</summary>
internal static class RecordedLines
{
    public const string Output = "/home/one/.awoc/background/tasks/1763876543-9f86d081884c/attempts/1/out/report.md";
    public const string Cwd = "/home/one/project";

    /// <summary>A task's prompt, with the lines that a scenario's variables are read from.</summary>
    public static string Prompt(string output = Output, string cwd = Cwd, string id = "1763876543-9f86d081884c") => $"""
        Do the task.

        ## Task Configuration
        - **Task ID**: {id}
        - **Task Type**: research
        - **Output File**: {output}

        ## Execution Context
        - Working Directory: {cwd}
        """;

    /// <param name="answered">Answers that the conversation holds already.</param>
    public static JsonObject Request(string prompt, int answered = 0)
    {
        var messages = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = prompt });
        for (var i = 0; i < answered; i++)
        {
            messages.Add(new JsonObject { ["role"] = "assistant", ["content"] = $"answer {i}" });
            messages.Add(new JsonObject { ["role"] = "user", ["content"] = "go on" });
        }

        return new JsonObject
        {
            ["model"] = "claude-sonnet-5",
            ["max_tokens"] = 4096,
            ["messages"] = messages,
            ["tools"] = new JsonArray(new JsonObject { ["name"] = "Bash", ["input_schema"] = new JsonObject { ["type"] = "object" } }),
        };
    }

    public static string Line(int n, JsonObject request, int? status, JsonNode? response, string? agent = null, string? resetsAt = null, bool report = false)
    {
        var line = new JsonObject { ["n"] = n, ["at"] = "2026-01-02T03:04:05+00:00", ["cap"] = 4096, ["request"] = request };
        if (agent is not null) line["agent"] = agent;
        if (report) line["report"] = true;
        if (status is not null) line["status"] = status;
        if (resetsAt is not null) line["resetsAt"] = resetsAt;
        line["response"] = response;
        line["ms"] = 12.5;
        return line.ToJsonString();
    }

    public static JsonObject Message(int output, params JsonNode[] content) => new()
    {
        ["type"] = "message",
        ["content"] = new JsonArray(content),
        ["stop_reason"] = "end_turn",
        ["usage"] = new JsonObject { ["input_tokens"] = 11, ["cache_read_input_tokens"] = 22, ["cache_creation_input_tokens"] = 33, ["output_tokens"] = output },
    };

    public static JsonObject Text(string text) => new() { ["type"] = "text", ["text"] = text };

    public static JsonObject Error(string type, string message) =>
        new() { ["type"] = "error", ["error"] = new JsonObject { ["type"] = type, ["message"] = message } };

    /// <summary>A stream of deltas of one block, whole unless it is said where it ends.</summary>
    public static string Stream(JsonObject block, string deltaName, string[] pieces, string? stop, int output)
    {
        var text = Event("message_start", new JsonObject { ["message"] = new JsonObject { ["usage"] = new JsonObject { ["input_tokens"] = 7, ["output_tokens"] = 1 } } })
            + Event("content_block_start", new JsonObject { ["index"] = 0, ["content_block"] = block })
            + string.Concat(pieces.Select(p => Event("content_block_delta", new JsonObject { ["index"] = 0, ["delta"] = new JsonObject { [deltaName] = p } })));
        return stop is null
            ? text + "event: content_block_delta\ndata: {\"type\":\"content_blo"
            : text + Event("content_block_stop", new JsonObject { ["index"] = 0 })
                + Event("message_delta", new JsonObject { ["delta"] = new JsonObject { ["stop_reason"] = stop }, ["usage"] = new JsonObject { ["output_tokens"] = output } })
                + Event("message_stop", []);
    }

    private static string Event(string name, JsonObject data)
    {
        data["type"] = name;
        return $"event: {name}\ndata: {data.ToJsonString()}\n\n";
    }
}
