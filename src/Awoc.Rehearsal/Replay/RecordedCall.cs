using System.Text.Json;
using Awoc.Rehearsal.Messages;
using Awoc.Rehearsal.Planner;

namespace Awoc.Rehearsal.Replay;

/// <summary>One line of a record: a model call and what came of it.</summary>
internal sealed record RecordedCall
{
    public required int Attempt { get; init; }

    /// <summary>Its number in the attempt, in the order in which calls were let through.</summary>
    public required int Number { get; init; }

    /// <summary>The sub-agent that asked; null for the main thread.</summary>
    public string? AgentId { get; init; }

    /// <summary>The work was over by then, and the report was asked for.</summary>
    public bool IsReport { get; init; }

    /// <summary>Null where no answer came.</summary>
    public int? Status { get; init; }

    public required RecordedAnswer Answer { get; init; }

    /// <summary>Of a refusal: seconds from it until the limit resets.</summary>
    public int? RetryAfter { get; init; }

    public TimeSpan Took { get; init; }

    /// <summary>Null where the request cannot be read.</summary>
    public Conversation? Conversation { get; init; }

    /// <summary>The API refused it.</summary>
    public bool IsError => Status is not (null or (>= 200 and <= 299)) || Answer is { HasBegun: false, ErrorType: not null };
}

/// <summary>Reads a record's lines. What cannot be read is left out and said.</summary>
internal static class RecordReader
{
    public static List<RecordedCall> Read(RecordedAttempt attempt, List<string> warnings)
    {
        var calls = new List<RecordedCall>();
        var last = attempt.Lines.Count;
        while (last > 0 && string.IsNullOrWhiteSpace(attempt.Lines[last - 1])) last--;
        for (var i = 0; i < last; i++)
        {
            try
            {
                using var document = JsonDocument.Parse(attempt.Lines[i], new JsonDocumentOptions { MaxDepth = 1000 });
                calls.Add(ReadLine(document.RootElement, attempt.Number, warnings));
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
            {
                // A daemon that was killed while it wrote leaves half a line at the end.
                warnings.Add(i == last - 1
                    ? $"attempt {attempt.Number}: the last line of the record is cut off, and left out"
                    : $"attempt {attempt.Number}: line {i + 1} of the record cannot be read, and is left out");
            }
        }

        return [.. calls.OrderBy(c => c.Number)];
    }

    private static RecordedCall ReadLine(JsonElement line, int attempt, List<string> warnings)
    {
        var number = line.GetProperty("n").GetInt32();
        var answer = line.TryGetProperty("response", out var response) ? AnswerReader.Read(response) : RecordedAnswer.None;
        if (line.TryGetProperty("cut", out var cut) && cut.GetBoolean())
            warnings.Add($"attempt {attempt}, call {number}: the answer is longer than its record, and ends early");
        warnings.AddRange(answer.Unknown.Distinct().Select(kind => $"attempt {attempt}, call {number}: a block of type {kind} is left out"));
        return new RecordedCall
        {
            Attempt = attempt,
            Number = number,
            AgentId = line.TryGetProperty("agent", out var agent) ? agent.GetString() : null,
            IsReport = line.TryGetProperty("report", out var report) && report.GetBoolean(),
            Status = line.TryGetProperty("status", out var status) ? status.GetInt32() : null,
            Answer = answer,
            RetryAfter = RetryAfter(line),
            Took = TimeSpan.FromMilliseconds(line.TryGetProperty("ms", out var ms) ? ms.GetDouble() : 0),
            Conversation = ConversationOf(line),
        };
    }

    private static int? RetryAfter(JsonElement line) =>
        line.TryGetProperty("resetsAt", out var resets) && line.TryGetProperty("at", out var at)
            ? (int)Math.Clamp(Math.Ceiling((resets.GetDateTimeOffset() - at.GetDateTimeOffset()).TotalSeconds), 0, 86_400)
            : null;

    /// <summary>With the beta that lets the most through: what the API took is not judged again.</summary>
    private static Conversation? ConversationOf(JsonElement line) =>
        line.TryGetProperty("request", out var request)
        && MessagesRequestReader.Read(request.Clone(), "mid-conversation-system", counting: false, out _) is { } read
            ? new Conversation(read)
            : null;
}
