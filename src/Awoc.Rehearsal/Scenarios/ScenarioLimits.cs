namespace Awoc.Rehearsal.Scenarios;

/// <summary>What the API bears of one credential, all its conversations together.</summary>
internal sealed record ScenarioLimits
{
    /// <summary>Requests a second; beyond it 429 with <c>retry-after</c>. Null: no such limit.</summary>
    public double? Requests { get; init; }

    /// <summary>Requests that may come at once after a pause.</summary>
    public int Burst { get; init; } = 1;

    /// <summary>A subscription's window by its name in the headers (<c>5h</c>); null: there is none.</summary>
    public string? Window { get; init; }

    /// <summary>Requests in one window.</summary>
    public int Size { get; init; } = int.MaxValue;

    /// <summary>From the first request in a window to the beginning of the next.</summary>
    public TimeSpan Length { get; init; } = TimeSpan.FromHours(5);

    /// <summary>The answers say how the limits stand, as the real API's do.</summary>
    public bool Headers { get; init; } = true;

    /// <returns>Null where the field is absent.</returns>
    public static ScenarioLimits? Read(YamlFields root)
    {
        if (root.Mapping("limits", "requests", "burst", "window", "size", "length", "headers") is not { } fields) return null;
        var rate = fields.Duration("requests") is { } perSecond ? perSecond.TotalSeconds : (double?)null;
        if (rate is 0) fields.Fault("requests", "requests a second are more than 0");
        var window = fields.Text("window");
        if (window is null && (fields.Has("size") || fields.Has("length"))) fields.Fault("window", "size and length belong to a window: give its name, such as 5h");
        return new ScenarioLimits
        {
            Requests = rate,
            Burst = fields.Integer("burst", 1, 100_000) ?? Math.Max(1, (int)(rate ?? 1)),
            Window = window,
            Size = fields.Integer("size", 1, int.MaxValue) ?? int.MaxValue,
            Length = fields.Duration("length") ?? TimeSpan.FromHours(5),
            Headers = fields.Boolean("headers") ?? true,
        };
    }
}
