using System.Buffers;
using System.Net.Http.Headers;
using Awoc.Core.Pacing;
using Awoc.Gateway.Wire;
using Microsoft.AspNetCore.Http;

namespace Awoc.Gateway.Dialects;

/// <summary>
/// One family of model APIs: which routes it has, how a request's cap and an answer's usage are read, and how it says no.
/// Everything else about a request is the same for all of them.
/// </summary>
internal interface IApiDialect
{
    /// <summary>The route of this request; null when it is not one of this API's.</summary>
    ApiRoute? Match(string method, PathString path);

    /// <summary>What a request that generates tokens asks for.</summary>
    /// <returns>False when it cannot be read, and so not be metered; <paramref name="fault"/> says why.</returns>
    bool TryReadRequest(in ReadOnlySequence<byte> body, out RequestFacts facts, out string fault);

    /// <summary>A meter for one answer.</summary>
    /// <param name="status">Its HTTP status.</param>
    /// <param name="mediaType">Its media type without parameters; null when it has none.</param>
    IResponseMeter OpenMeter(int status, string? mediaType);

    /// <summary>When the upstream's limit resets, by the headers of an answer that said it is overrun; null when they do not say.</summary>
    DateTimeOffset? ResetsAt(HttpResponseHeaders headers, DateTimeOffset now);

    /// <summary>What an answer's headers say of the API's limits.</summary>
    LimitSigns LimitsOf(HttpResponseHeaders headers, int status, DateTimeOffset now);

    /// <summary>A refusal of the gateway's own, in the words agents of this API understand.</summary>
    ApiAnswer Shape(GatewayFault fault, string message);
}

/// <param name="Name">As the ledger writes it.</param>
/// <param name="HasBody">Requests carry a body, which is held whole before it is forwarded.</param>
/// <param name="Generates">Answers generate tokens: metered, and refused when the budget is spent.</param>
internal sealed record ApiRoute(string Name, bool HasBody, bool Generates);

/// <param name="Model">As the agent wrote it.</param>
/// <param name="Cap">The most output tokens that the request asks for.</param>
/// <param name="Streams">The answer comes as it is generated: what has come through bounds what was generated.</param>
/// <param name="HourCache">Something in it is marked to be kept in the provider's cache for an hour, which costs more to write.</param>
/// <param name="Layout">Where in the body is what a lower cap changes; null for a route that generates nothing.</param>
internal readonly record struct RequestFacts(string? Model, long Cap, bool Streams = false, IRequestLayout? Layout = null, bool HourCache = false);

/// <summary>Where in one request's body is what the gateway may have to change. Offsets only: the body itself is not kept.</summary>
internal interface IRequestLayout
{
    /// <summary>What must change for the answer to stay below <paramref name="cap"/>; empty when nothing must.</summary>
    /// <param name="report">The answer is to be the report: no tools, no thinking.</param>
    IReadOnlyList<BodyEdit> Fit(long cap, bool report);

    /// <summary>What must not be kept in a record of the request.</summary>
    IReadOnlyList<BodyEdit> Redactions { get; }
}

internal sealed record ApiAnswer(int Status, ReadOnlyMemory<byte> Json);
