using Awoc.Core.Budgets;

namespace Awoc.Gateway.Dialects;

/// <summary>Reads an answer's usage while it passes. One writer; <see cref="Reading"/> may be asked for by any thread.</summary>
internal interface IResponseMeter
{
    MeterReading Reading { get; }

    /// <summary>The next bytes, split anywhere. Never throws, whatever they are.</summary>
    void Read(ReadOnlySpan<byte> bytes);

    /// <summary>The upstream ended the body properly.</summary>
    void End();
}

/// <param name="Usage">As far as it was told.</param>
/// <param name="Final">The output figure is the last one: nothing has to be assumed.</param>
/// <param name="Begun">The model had begun to answer.</param>
/// <param name="Stop">Why the model stopped, in the API's word.</param>
/// <param name="Error">The API's error type.</param>
internal sealed record MeterReading(Usage Usage, bool Final, bool Begun, string? Stop, string? Error)
{
    /// <summary>The model has said all it had to say, and asks for no tool: whoever asked has no reason to ask again. In Anthropic's words.</summary>
    public bool EndsTurn => Stop is "end_turn" or "stop_sequence" or "refusal";

    /// <summary>It told of the input.</summary>
    public bool SawInput => Usage.Input + Usage.CacheRead + Usage.CacheWrite > 0;

    public static MeterReading Nothing { get; } = new(Usage.Zero, false, false, null, null);
}

/// <summary>For bodies that nothing is to be read from.</summary>
internal sealed class BlindMeter(bool begun) : IResponseMeter
{
    public MeterReading Reading { get; } = MeterReading.Nothing with { Begun = begun };

    public void Read(ReadOnlySpan<byte> bytes)
    {
    }

    public void End()
    {
    }
}
