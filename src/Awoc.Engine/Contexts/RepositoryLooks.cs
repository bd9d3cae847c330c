namespace Awoc.Engine.Contexts;

/// <summary>
/// Looks at repositories, shared by all who ask at about the same time: tasks that are queued together, and the gate and the start of each.
/// A look at a large repository takes programs and seconds, and starts are made one after the other.
/// </summary>
/// <param name="patience">How long a look may take.</param>
internal sealed class RepositoryLooks(TimeProvider time, TimeSpan patience)
{
    /// <summary>How long an answer is good.</summary>
    public static readonly TimeSpan Good = TimeSpan.FromSeconds(2);

    /// <summary>How long one that could not be had is not asked for again: each try would hold up everything behind it.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    private const int MostRemembered = 32;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Look> _looks = new(StringComparer.Ordinal);

    /// <summary>Its files; null where it took too long.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public Task<RepositoryFiles?> AtAsync(string root, CancellationToken cancellation)
    {
        Look look;
        lock (_gate)
        {
            if (!_looks.TryGetValue(root, out look!) || look.IsOver)
            {
                foreach (var old in _looks.Where(l => l.Value.IsOver).Select(l => l.Key).ToList()) _looks.Remove(old);
                if (_looks.Count >= MostRemembered) _looks.Remove(_looks.First(l => l.Key != root).Key);
                look = _looks[root] = new Look(time);
                look.Begin(root, patience);
            }
        }

        return look.Answer.WaitAsync(cancellation);
    }

    private sealed class Look(TimeProvider time)
    {
        private long _doneAt;

        public Task<RepositoryFiles?> Answer { get; private set; } = null!;

        public bool IsOver
        {
            get
            {
                if (!Answer.IsCompleted) return false;
                var good = Answer is { IsCompletedSuccessfully: true, Result: not null } ? Good : Rest;
                return time.GetElapsedTime(Volatile.Read(ref _doneAt)) >= good;
            }
        }

        // On another thread: whoever asks holds the lock.
        public void Begin(string root, TimeSpan patience) => Answer = Task.Run(() => AskAsync(root, patience));

        private async Task<RepositoryFiles?> AskAsync(string root, TimeSpan patience)
        {
            using var limit = new CancellationTokenSource(patience, time);
            try
            {
                return await RepositoryFiles.ListAsync(root, limit.Token);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
            finally
            {
                Volatile.Write(ref _doneAt, time.GetTimestamp());
            }
        }
    }
}
