using Awoc.Core.Pacing;

namespace Awoc.Gateway.Pacing;

/// <summary>All lanes, and what is closed on the word of somebody else than the API: a runner, the person's own session, a daemon before this one.</summary>
internal sealed class LaneBook(PacingOptions options, TimeProvider time) : IDisposable
{
    /// <summary>Beyond it, lanes that nothing is to be remembered of make room.</summary>
    private const int MostLanes = 256;

    /// <summary>Longer names are no model's.</summary>
    private const int LongestModel = 100;

    /// <summary>The lane of all further models of an account that has as many lanes as there may be: agents choose the names.</summary>
    private const string OtherModels = "(others)";

    private readonly Lock _gate = new();
    private readonly Dictionary<LaneKey, Lane> _lanes = [];
    private readonly Dictionary<(string Account, string? Model), DateTimeOffset> _closed = [];
    private ILimitObserver? _observer;

    public PacingOptions Options => options;

    public IReadOnlyList<LaneState> States
    {
        get
        {
            Lane[] lanes;
            lock (_gate) lanes = [.. _lanes.Values];
            return [.. lanes.Select(l => l.State).OrderBy(l => l.Key.Account, StringComparer.Ordinal).ThenBy(l => l.Key.Model, StringComparer.Ordinal)];
        }
    }

    public void Watch(ILimitObserver observer) => _observer = observer;

    public Lane Of(LaneKey key)
    {
        if (key.Model.Length > LongestModel) key = key with { Model = key.Model[..LongestModel] };
        lock (_gate)
        {
            if (_lanes.TryGetValue(key, out var known)) return known;
            if (_lanes.Count >= MostLanes) Forget();
            if (_lanes.Keys.Count(k => k.Account == key.Account) >= MostLanes)
            {
                key = key with { Model = OtherModels };
                if (_lanes.TryGetValue(key, out known)) return known;
            }

            var lane = _lanes[key] = new Lane(key, options.Lane, time, Seen);
            foreach (var until in ClosuresOf(key)) lane.Close(until);
            return lane;
        }
    }

    /// <param name="model">Words of the models that it is about; null for all.</param>
    public void Close(string account, string? model, DateTimeOffset until)
    {
        Lane[] lanes;
        lock (_gate)
        {
            foreach (var (key, past) in _closed.ToList())
            {
                if (past <= time.GetUtcNow()) _closed.Remove(key);
            }

            _closed[(account, model)] = until;
            lanes = Lanes(account, model);
        }

        foreach (var lane in lanes) lane.Close(until);
    }

    /// <summary>What else holds some of these lanes goes on holding them.</summary>
    public void Open(string account, string? model)
    {
        List<(Lane Lane, DateTimeOffset[] Still)> lanes;
        lock (_gate)
        {
            _closed.Remove((account, model));
            lanes = [.. Lanes(account, model).Select(lane => (lane, ClosuresOf(lane.Key)))];
        }

        foreach (var (lane, still) in lanes) lane.Open(still);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var lane in _lanes.Values) lane.Dispose();
            _lanes.Clear();
        }
    }

    private Lane[] Lanes(string account, string? model) =>
        [.. _lanes.Values.Where(l => l.Key.Account == account && (model is null || Fits(l.Key.Model, model)))];

    private DateTimeOffset[] ClosuresOf(LaneKey key) =>
        [.. _closed.Where(c => c.Key.Account == key.Account && (c.Key.Model is null || Fits(key.Model, c.Key.Model))).Select(c => c.Value)];

    private static bool Fits(string model, string words) => model.Contains(words, StringComparison.OrdinalIgnoreCase);

    private void Forget()
    {
        foreach (var (key, lane) in _lanes.ToList())
        {
            if (!lane.IsIdle) continue;
            _lanes.Remove(key);
            lane.Dispose();
        }
    }

    private void Seen(LaneKey key, int status, LimitSigns signs) => _observer?.Seen(key, status, signs, time.GetUtcNow());
}
