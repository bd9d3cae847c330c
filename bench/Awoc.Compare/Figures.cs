namespace Awoc.Compare;

/// <summary>The measurements of one side.</summary>
internal sealed class Figures(string name)
{
    private readonly List<double> _values = [];

    public string Name { get; } = name;

    public double Median => At(0.5);

    public double P95 => At(0.95);

    public void Add(TimeSpan time) => _values.Add(time.TotalMilliseconds);

    public void Add(double value) => _values.Add(value);

    private double At(double share)
    {
        var sorted = _values.Order().ToList();
        return sorted.Count == 0 ? double.NaN : sorted[(int)Math.Min(sorted.Count - 1, sorted.Count * share)];
    }
}

/// <summary>
/// Sides that take turns. Each round begins one side later, so that a neighbour's load, or what the side before left behind, falls
/// on all of them.
/// </summary>
internal sealed class Contest
{
    private readonly List<(Figures Figures, Func<Task<TimeSpan>> Measure)> _sides = [];

    public Figures Add(string name, Func<Task<TimeSpan>> measure)
    {
        var figures = new Figures(name);
        _sides.Add((figures, measure));
        return figures;
    }

    /// <param name="settle">Between two measurements, so that none works on what the other left to do.</param>
    public async Task RunAsync(int rounds, Func<Task> settle)
    {
        foreach (var (_, measure) in _sides)
        {
            await measure();
            await settle();
        }

        for (var round = 0; round < rounds; round++)
        {
            for (var turn = 0; turn < _sides.Count; turn++)
            {
                var (figures, measure) = _sides[(round + turn) % _sides.Count];
                figures.Add(await measure());
                await settle();
            }
        }
    }
}
