using System.Text.Json;
using Awoc.Core.Agents;

namespace Awoc.Runners.Claude;

/// <summary>
/// Claude Code before its first message: it answers control requests at once, and its first request to the model is the same as that of
/// one that was started with its message (measured byte by byte).
/// </summary>
internal static class ClaudeWarmUp
{
    private const string Ready = "awoc-ready";

    private const string Initialize = """{"type":"control_request","request_id":"awoc-warm","request":{"subtype":"initialize"}}""";

    public static WarmUp? Of(AttemptContext context)
    {
        if (context.Resume is not null) return null;
        var userSettings = context.Settings.Flag(AgentSettings.UserSettings);
        var files = ClaudeStartFiles.For(context.Spec.Cwd, context.Spec.Environment, userSettings, usesLogin: context.Availability.Upstream?.Auth == UpstreamAuth.PassThrough);

        // Hooks and servers run when the agent starts: never for nothing, and never for another task than the one they are told of.
        if (files.StartsOthers) return null;
        return new WarmUp
        {
            // Settings once set are set again in a third of the time.
            Lines = [Initialize, Settings(Ready, [new("AWOC_TASK_ID", "")])],
            IsReady = IsReady,
            Bind = variables => [Settings("awoc-task", variables)],
            Reads = files.Paths,
            ReadsGit = true,
            ReadsDate = true,
            Found = files.Global,
        };
    }

    // {"type":"control_response","response":{"subtype":"success","request_id":"awoc-ready"}}
    private static bool IsReady(string line)
    {
        if (!line.StartsWith("""{"type":"control_response",""", StringComparison.Ordinal) || !line.Contains(Ready, StringComparison.Ordinal)) return false;
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.Member("response") is { } response && response.Text("request_id") == Ready && response.Text("subtype") == "success";
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // {"type":"control_request","request_id":"awoc-task","request":{"subtype":"apply_flag_settings","settings":{"env":{"AWOC_TASK_ID":"…"}}}}
    private static string Settings(string id, IEnumerable<KeyValuePair<string, string>> variables)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "control_request"u8);
            json.WriteString("request_id"u8, id);
            json.WriteStartObject("request"u8);
            json.WriteString("subtype"u8, "apply_flag_settings"u8);
            json.WriteStartObject("settings"u8);
            json.WriteStartObject("env"u8);
            foreach (var (name, value) in variables) json.WriteString(name, value);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
