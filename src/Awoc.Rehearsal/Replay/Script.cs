namespace Awoc.Rehearsal.Replay;

/// <summary>
/// The steps of one kind of conversation. A step's place is the number of answers that its conversation already held when it was
/// asked for, by the player's own count: so each call is served again where it was served, also after a retry, a resumed session or
/// a fresh one. Of several calls at one place all but the last are told apart by how often they were served.
/// </summary>
internal static class Script
{
    /// <param name="calls">In the order in which they were asked, over all attempts.</param>
    public static List<ScriptStep> Of(IReadOnlyList<RecordedCall> calls)
    {
        var places = new SortedDictionary<int, List<RecordedCall>>();
        var place = 0;
        foreach (var call in calls)
        {
            place = call.Conversation?.AnswersAfter(0) ?? place;
            if (!places.TryGetValue(place, out var there)) places[place] = there = [];
            there.Add(call);
        }

        // A single attempt that went on with a conversation begins where that one stood.
        var steps = new List<ScriptStep>();
        var first = places.Keys.FirstOrDefault();
        var last = places.Keys.LastOrDefault();
        for (var at = first; at <= last; at++)
        {
            var there = places.GetValueOrDefault(at) ?? [];
            for (var i = 0; i < there.Count; i++) Add(steps, StepOf(there[i], calls, isOnce: i < there.Count - 1));

            // What came later counts the answers before it, so this place needs one, whether or not it is ever asked for.
            if (at < last && (there.Count == 0 || IsFault(steps[^1]))) steps.Add(new ScriptStep.Missing());
        }

        return steps;
    }

    private static bool IsFault(ScriptStep step) => step is ScriptStep.Error or ScriptStep.Silence or ScriptStep.Answer { Broken: true } or ScriptStep.Answer { Once: true };

    private static void Add(List<ScriptStep> steps, ScriptStep step)
    {
        if (step is ScriptStep.Error error && steps is [.., ScriptStep.Error before] && before with { Times = error.Times } == error)
            steps[^1] = before with { Times = before.Times + 1 };
        else steps.Add(step);
    }

    private static ScriptStep StepOf(RecordedCall call, IReadOnlyList<RecordedCall> all, bool isOnce)
    {
        var answer = call.Answer;
        if (call.IsError)
        {
            var status = call.Status is >= 400 and <= 599 and var s ? s : StatusOf(answer.ErrorType);
            return new ScriptStep.Error(status, answer.ErrorType, answer.ErrorMessage, call.RetryAfter, 1);
        }

        var isLeft = IsLeft(call, all);
        if (!answer.HasBegun && call.Status is null)
            return isLeft ? new ScriptStep.Silence() : new ScriptStep.Error(502, "api_error", "no answer came", null, 1);
        return answer.IsWhole
            ? new ScriptStep.Answer(call, Broken: false, Lingers: false, isOnce)
            : new ScriptStep.Answer(call, Broken: true, isLeft, Once: false);
    }

    /// <summary>
    /// Nobody waited for the rest: the agent was ended in the middle of the answer, or stopped to write its report. A connection that
    /// breaks by itself is tried again.
    /// </summary>
    private static bool IsLeft(RecordedCall call, IReadOnlyList<RecordedCall> all)
    {
        var next = all.FirstOrDefault(c => c.Attempt == call.Attempt && c.Number > call.Number && c.AgentId == call.AgentId);
        return next is null || (next.IsReport && !call.IsReport);
    }

    private static int StatusOf(string? type) => type switch
    {
        "invalid_request_error" => 400,
        "authentication_error" => 401,
        "permission_error" => 403,
        "not_found_error" => 404,
        "request_too_large" => 413,
        "rate_limit_error" => 429,
        "overloaded_error" => 529,
        _ => 500,
    };
}

internal abstract record ScriptStep
{
    private ScriptStep()
    {
    }

    internal sealed record Error(int Status, string? Type, string? Message, int? RetryAfter, int Times) : ScriptStep;

    /// <param name="Broken">Its stream did not come to its end.</param>
    /// <param name="Lingers">It hung there until somebody stopped waiting.</param>
    /// <param name="Once">A later call was answered at the same place.</param>
    internal sealed record Answer(RecordedCall Call, bool Broken, bool Lingers, bool Once) : ScriptStep;

    /// <summary>Nothing came until somebody stopped waiting.</summary>
    internal sealed record Silence : ScriptStep;

    /// <summary>The record lacks the answer that stood here.</summary>
    internal sealed record Missing : ScriptStep;
}
