namespace Awoc.Rehearsal.Scenarios;

/// <summary>How often each fault was served, for the conversations touched last.</summary>
internal sealed class FaultCounter(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<(string Key, int Count)>> _counts = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Key, int Count)> _order = new();

    /// <summary>Counts one more, unless <paramref name="limit"/> has been reached.</summary>
    public bool TryTake(string key, int limit)
    {
        lock (_gate)
        {
            if (_counts.TryGetValue(key, out var node))
            {
                _order.Remove(node);
                _order.AddLast(node);
                if (node.Value.Count >= limit) return false;
                node.Value = (key, node.Value.Count + 1);
                return true;
            }

            if (_counts.Count >= capacity)
            {
                _counts.Remove(_order.First!.Value.Key);
                _order.RemoveFirst();
            }

            _counts[key] = _order.AddLast((key, 1));
            return true;
        }
    }
}
