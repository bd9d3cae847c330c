using System.Text;
using Awoc.Rehearsal.Messages;

namespace Awoc.Rehearsal;

/// <summary>One request on one line.</summary>
internal static class RequestLine
{
    public static string ForPeople(RecordedRequest request)
    {
        var line = new StringBuilder($"{request.StartedAt:HH:mm:ss} {request.Method} {request.Path} {request.Status}");
        if (request.Model is { } model) line.Append(' ').Append(model);
        if (request.Scenario is { } scenario) line.Append(" scenario ").Append(scenario);
        if (request.Usage is { } usage) line.Append($" in {usage.Input + usage.CacheRead + usage.CacheWrite} out {request.GeneratedTokens}/{request.MaxTokens}");
        if (request.Tools > 0) line.Append($" tools {request.Tools}");
        if (request.ToolChoice is { } choice) line.Append(" choice ").Append(choice);
        if (request.AgentId is { } agent) line.Append(" agent ").Append(agent);
        if (request.StopReason is { } stop) line.Append(' ').Append(stop);
        if (request.Error is { } error) line.Append(' ').Append(error);
        if (request.Cut) line.Append(" cut");
        if (request.ClientDisconnected) line.Append(" client gone");
        return line.ToString();
    }

    public static string AsJson(RecordedRequest request) => Encoding.UTF8.GetString(WireFormat.Json(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("number", request.Number);
        writer.WriteString("startedAt", request.StartedAt);
        if (request.EndedAt is { } ended) writer.WriteString("endedAt", ended);
        writer.WriteString("method", request.Method);
        writer.WriteString("path", request.Path);
        writer.WriteNumber("status", request.Status);
        if (request.Error is not null) writer.WriteString("error", request.Error);
        if (request.Model is not null) writer.WriteString("model", request.Model);
        if (request.Scenario is not null) writer.WriteString("scenario", request.Scenario);
        if (request.MaxTokens is { } max) writer.WriteNumber("maxTokens", max);
        writer.WriteBoolean("stream", request.Stream);
        writer.WriteNumber("tools", request.Tools);
        if (request.ToolChoice is not null) writer.WriteString("toolChoice", request.ToolChoice);
        if (request.AgentId is not null) writer.WriteString("agentId", request.AgentId);
        writer.WriteNumber("generatedTokens", request.GeneratedTokens);
        if (request.StopReason is not null) writer.WriteString("stopReason", request.StopReason);
        if (request.Usage is { } usage)
        {
            writer.WriteStartObject("usage");
            writer.WriteNumber("input", usage.Input);
            writer.WriteNumber("cacheRead", usage.CacheRead);
            writer.WriteNumber("cacheWrite", usage.CacheWrite);
            writer.WriteNumber("output", usage.Output);
            writer.WriteEndObject();
        }

        writer.WriteBoolean("cut", request.Cut);
        writer.WriteBoolean("clientDisconnected", request.ClientDisconnected);
        writer.WriteStartObject("headers");
        foreach (var (name, value) in request.Headers) writer.WriteString(name, value);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }));
}
