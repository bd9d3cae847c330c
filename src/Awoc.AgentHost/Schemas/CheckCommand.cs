using System.Text.Json;

namespace Awoc.AgentHost.Schemas;

/// <summary>
/// <c>awoc-agent check-json</c>: one document against one schema, and out. The validator lives in a process of its own because it is not
/// trim-safe; whoever starts it bounds its time and its memory.
/// </summary>
internal static class CheckCommand
{
    public static async Task<int> RunAsync(Stream input, Stream output)
    {
        // A pattern that runs away counts as broken rather than never coming back.
        AppContext.SetData("REGEX_DEFAULT_MATCH_TIMEOUT", TimeSpan.FromSeconds(1));
        // White space before the answer says that the program runs: what stops it now is what it was given.
        await output.WriteAsync("\n"u8.ToArray());
        await output.FlushAsync();
        CheckAnswer answer;
        try
        {
            answer = await JsonSerializer.DeserializeAsync(input, CheckJson.Default.CheckRequest) is { Schema: not null, Text: not null } request
                ? await SchemaValidation.CheckAsync(request.Schema, request.Text)
                : Failed("the request names no schema or no text");
        }
        catch (JsonException fault)
        {
            answer = Failed($"the request is no JSON: {fault.Message}");
        }

        await JsonSerializer.SerializeAsync(output, answer, CheckJson.Default.CheckAnswer);
        return answer.Error is null ? 0 : 1;
    }

    private static CheckAnswer Failed(string why) => new([], Error: why);
}
