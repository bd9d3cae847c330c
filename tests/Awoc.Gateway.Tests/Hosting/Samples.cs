using System.Globalization;

namespace Awoc.Gateway.Tests.Hosting;

/// <summary>Samples of the Messages API's wire.</summary>
internal static class Samples
{
    public static string Ask(int maxTokens = 1000, bool stream = true) =>
        $$"""{"model":"claude-test","messages":[{"role":"user","content":"hi"}],"max_tokens":{{maxTokens.ToString(CultureInfo.InvariantCulture)}},"stream":{{(stream ? "true" : "false")}}}""";

    public const string Start =
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[],\"stop_reason\":null," +
        "\"usage\":{\"input_tokens\":25,\"cache_creation_input_tokens\":7,\"cache_read_input_tokens\":300,\"output_tokens\":1}}}\n\n";

    public const string Text =
        "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n" +
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hello \\\"usage\\\": ünï\"}}\n\n" +
        "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n";

    public const string Delta =
        "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null}," +
        "\"usage\":{\"output_tokens\":42,\"output_tokens_details\":{\"thinking_tokens\":12}}}\n\n";

    public const string Stop = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

    public const string Whole = Start + Text + Delta + Stop;

    public const string Message =
        "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"a } \\\" ] usage\"}]," +
        "\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":25,\"cache_creation_input_tokens\":7,\"cache_read_input_tokens\":300,\"output_tokens\":42}}";

    public const string Overloaded = "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}";
}
