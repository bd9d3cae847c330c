using Awoc.Client;
using Awoc.Client.Wire;
using Awoc.Core.Agents;
using Awoc.Core.Store;
using Awoc.Engine.Settings;

namespace Awoc.Daemon.Api;

/// <summary>Every error answer, in the one shape of the API.</summary>
internal static class Problems
{
    public static IResult Invalid(IReadOnlyList<SpecFault> faults) => Answer(
        ProblemTypes.Invalid,
        StatusCodes.Status400BadRequest,
        faults.Count == 1 ? "one value is wrong" : $"{faults.Count} values are wrong",
        faults: [.. faults.Select(f => new Fault(f.Field, f.Value, f.Allowed, f.Task))]);

    public static IResult Invalid(string field, string value, string allowed) => Invalid([new SpecFault(field, value, allowed)]);

    /// <param name="detail">Lines, a fault each.</param>
    public static IResult Invalid(string title, string detail) => Answer(ProblemTypes.Invalid, StatusCodes.Status400BadRequest, title, detail);

    public static IResult NotFound(string title) => Answer(ProblemTypes.NotFound, StatusCodes.Status404NotFound, title);

    public static IResult Ambiguous(string title) => Answer(ProblemTypes.Ambiguous, StatusCodes.Status409Conflict, title);

    public static IResult Conflict(string title) => Answer(ProblemTypes.Conflict, StatusCodes.Status409Conflict, title);

    /// <param name="detail">More lines.</param>
    public static IResult Refused(string title, string? detail = null) => Answer(ProblemTypes.Refused, StatusCodes.Status409Conflict, title, detail);

    public static IResult Unavailable(string title, string? detail = null) =>
        Answer(ProblemTypes.Unavailable, StatusCodes.Status503ServiceUnavailable, title, detail);

    public static IResult Of(Exception broken) => broken switch
    {
        StoreException or SettingsException => Unavailable(broken.Message),
        BadHttpRequestException bad => Answer(ProblemTypes.Invalid, bad.StatusCode, $"the request cannot be read: {bad.Message}"),
        IOException or UnauthorizedAccessException => Unavailable(broken.Message),
        _ => Answer(
            ProblemTypes.Internal, StatusCodes.Status500InternalServerError, $"the daemon failed at this request ({broken.GetType().Name}); 'awoc daemon logs' has the rest"),
    };

    private static IResult Answer(string type, int status, string title, string? detail = null, IReadOnlyList<Fault>? faults = null) =>
        Results.Json(
            new Problem { Type = type, Title = title, Status = status, Detail = detail, Faults = faults ?? [] },
            WireJson.Default.Problem,
            "application/problem+json",
            status);
}
