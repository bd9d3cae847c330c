using System.Text;
using System.Text.Json;

namespace Awoc.AgentHost.Schemas;

/// <summary>
/// <c>awoc-agent check-json</c>: one document against one schema, and out. The validator lives in a process of its own because it is not
/// trim-safe; whoever starts it bounds its time and its memory.
/// </summary>
internal static class CheckCommand
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    public static async Task<int> RunAsync(Stream input, Stream output)
    {
        // A pattern that runs away counts as broken rather than never coming back.
        AppContext.SetData("REGEX_DEFAULT_MATCH_TIMEOUT", TimeSpan.FromSeconds(1));
        CheckAnswer answer;
        try
        {
            answer = await JsonSerializer.DeserializeAsync(input, CheckJson.Default.CheckRequest) is { Schema: not null } request
                ? await AnswerAsync(request)
                : Failed("the request names no schema");
        }
        catch (JsonException fault)
        {
            answer = Failed($"the request is no JSON: {fault.Message}");
        }

        await JsonSerializer.SerializeAsync(output, answer, CheckJson.Default.CheckAnswer);
        return answer.Error is null ? 0 : 1;
    }

    private static async Task<CheckAnswer> AnswerAsync(CheckRequest request)
    {
        try
        {
            return await SchemaValidation.CheckAsync(request.Schema, request.Text ?? await File.ReadAllTextAsync(request.Path!, s_strict));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or DecoderFallbackException or ArgumentException)
        {
            return Failed($"{request.Path} cannot be read: {fault.Message}");
        }
    }

    private static CheckAnswer Failed(string why) => new([], Error: why);
}
