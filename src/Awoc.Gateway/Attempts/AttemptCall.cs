using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Gateway.Dialects;
using Awoc.Gateway.Pacing;
using Awoc.Gateway.Prices;
using Awoc.Gateway.Wire;

namespace Awoc.Gateway.Attempts;

/// <summary>One forwarded request, from its grant to its settlement.</summary>
/// <param name="traffic">Told of each sign of life.</param>
/// <param name="progress">
/// Told how many bytes of a streamed answer have come, every <see cref="StreamEstimate.Step"/>, or with null that it cannot be read; null
/// where none is streamed.
/// </param>
internal sealed class AttemptCall(CallTerms terms, TimeProvider time, Action traffic, Action<AttemptCall, long?>? progress)
{
    private long _received;
    private long _told;
    private readonly long _started = time.GetTimestamp();
    private volatile IResponseMeter? _meter;
    private volatile AnswerHead? _head;
    private volatile bool _sent;
    private long _firstByteAt;

    public CallTerms Terms => terms;
    public int Number => terms.Number;
    public ApiRoute Route => terms.Route;
    public bool Settled { get; set; }

    /// <summary>Its reader went before the end: the agent, or the attempt was closed. The upstream did not cut it.</summary>
    public bool Left { get; set; }

    /// <summary>Told once, when the first byte of a good answer has come; null where nobody asks.</summary>
    public Action<AnswerBegun>? Begun { get; init; }

    /// <summary>Keeps what is said for <c>wire.jsonl</c>; null where nobody asked for one.</summary>
    public WireTap? Tap { get; set; }

    /// <summary>Its leave to be under way at the API; null where nothing is paced.</summary>
    public LanePass? Pass { get; set; }

    /// <summary>A refusal for a limit of the API's may be kept from the agent: its request is here to be sent again.</summary>
    public bool MayAbsorb { get; set; }

    /// <summary>The answer was such a refusal, and was not passed on.</summary>
    public bool Absorbed { get; private set; }

    /// <summary>Lets go of the request's body: it will not be sent again.</summary>
    public Action? Release { get; set; }

    public int? Status => _head?.Status;
    public bool Succeeded => Status is >= 200 and <= 299;

    /// <summary>With a refusal for a limit overrun: when it resets, if it said so.</summary>
    public DateTimeOffset? ResetsAt => _head?.ResetsAt;

    public MeterReading Reading => _meter?.Reading ?? MeterReading.Nothing;
    public double Milliseconds => Math.Round(time.GetElapsedTime(_started).TotalMilliseconds, 3);

    public double? MillisecondsToFirstByte => Volatile.Read(ref _firstByteAt) is > 0 and var at
        ? Math.Round(time.GetElapsedTime(_started, at).TotalMilliseconds, 3)
        : null;

    /// <summary>The upstream may have taken the request: from here on it may cost.</summary>
    public void Sending()
    {
        _sent = true;
        traffic();
    }

    public void Answered(AnswerHead head, IResponseMeter meter)
    {
        _head = head;
        _meter = meter;
        traffic();
        if (meter is BlindMeter) progress?.Invoke(this, null);
    }

    /// <summary>The whole of an answer that is not passed on.</summary>
    public void Absorb(ReadOnlySpan<byte> body)
    {
        Absorbed = true;
        Received(body);
        ReceivedEnd();
    }

    public void Received(ReadOnlySpan<byte> bytes)
    {
        if (_firstByteAt == 0)
        {
            Volatile.Write(ref _firstByteAt, Math.Max(1, time.GetTimestamp()));
            if (Succeeded) Begun?.Invoke(new AnswerBegun(terms.BodyBytes));
        }

        traffic();
        _meter?.Read(bytes);
        Tap?.Received(bytes);
        _received += bytes.Length;
        if (progress is null || _meter is BlindMeter || _received - _told < StreamEstimate.Step) return;
        _told = _received;
        progress(this, _received);
    }

    public void ReceivedEnd() => _meter?.End();

    /// <summary>
    /// What it cost, as far as can be told now. Nothing when it generates nothing, when no upstream took it, and when the
    /// answer was an error; the wire's figures when the end was seen; otherwise, marked estimated, what
    /// had come of a stream whose reader went, and the cap of all else.
    /// </summary>
    public Usage Cost()
    {
        if (!Route.Generates || !_sent) return Usage.Zero;
        if (Status is < 200 or > 299) return Usage.Zero;
        var reading = Reading;
        if (reading.Final) return Priced(reading.Usage);
        if (!reading.Begun && reading.Error is not null) return Usage.Zero;
        var generated = Left && progress is not null && _meter is not BlindMeter ? StreamEstimate.Tokens(_received, terms.Cap, Milliseconds / 1000) : terms.Cap;
        var usage = Priced(reading.Usage with { Output = Math.Max(generated, reading.Usage.Output), Estimated = true });

        // An answer of which not even the beginning was seen has its input counted and paid all the same.
        return reading.SawInput || terms.Claim is not { } claim
            ? usage
            : usage with { Input = claim.InputTokens, CostUsd = usage.CostUsd is { } cost ? cost + claim.InputUsd : null };
    }

    private Usage Priced(Usage usage) => terms.Price is { } price ? usage with { CostUsd = price.Of(usage) } : usage;
}

/// <summary>On what terms a call was let through.</summary>
/// <param name="Claim">What it was granted on; null for a route that generates nothing.</param>
/// <param name="Cap">Tokens it may generate at most.</param>
/// <param name="Report">It draws on the report's share.</param>
/// <param name="BodyBytes">Length of the request's body as the agent sent it.</param>
internal sealed record CallTerms(int Number, ApiRoute Route, GrantClaim? Claim, string? Model, long Cap, bool Report, long BodyBytes, ModelPrice? Price);

/// <param name="MediaType">Without parameters; null when it has none.</param>
/// <param name="ResetsAt">When the limit that was overrun resets, where the answer is such a refusal and says so.</param>
internal sealed record AnswerHead(int Status, string? MediaType, DateTimeOffset? ResetsAt);
