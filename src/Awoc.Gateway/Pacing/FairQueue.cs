namespace Awoc.Gateway.Pacing;

/// <summary>First in, first out for each owner; owners take turns. Each step takes the same time however many wait.</summary>
internal sealed class FairQueue<TOwner, T> where TOwner : class where T : class
{
    private readonly Dictionary<TOwner, (LinkedListNode<TOwner> Turn, LinkedList<T> Items)> _owners = [];
    private readonly LinkedList<TOwner> _turns = new();

    public int Count { get; private set; }

    /// <summary>All that wait, in no certain order.</summary>
    public IEnumerable<T> Items => _owners.Values.SelectMany(o => o.Items);

    public LinkedListNode<T> Add(TOwner owner, T item)
    {
        if (!_owners.TryGetValue(owner, out var entry)) _owners[owner] = entry = (_turns.AddLast(owner), new LinkedList<T>());
        Count++;
        return entry.Items.AddLast(item);
    }

    /// <summary>The next in turn; whoever owns it is last in turn after it.</summary>
    public T? Take()
    {
        if (_turns.First is not { } turn) return null;
        var items = _owners[turn.Value].Items;
        var item = items.First!.Value;
        items.RemoveFirst();
        Count--;
        _turns.RemoveFirst();
        if (items.Count == 0) _owners.Remove(turn.Value);
        else _turns.AddLast(turn);
        return item;
    }

    /// <summary>False when it waits no longer.</summary>
    public bool Remove(TOwner owner, LinkedListNode<T> item)
    {
        if (item.List is not { } items) return false;
        items.Remove(item);
        Count--;
        if (items.Count > 0) return true;
        _owners.Remove(owner, out var entry);
        _turns.Remove(entry.Turn);
        return true;
    }
}
