namespace Awoc.Rehearsal.Planner;

/// <summary>
/// Which task a session works on, for its sub-agents: their prompts do not say. Bounded; the session first seen is forgotten first.
/// </summary>
internal sealed class SessionTasks(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TaskPrompt> _tasks = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>Keeps the task of a main thread; gives a sub-agent's conversation the one that was kept.</summary>
    /// <param name="session">As the client names it; empty for none.</param>
    /// <param name="own">The task in the conversation's own prompt.</param>
    public TaskPrompt? Of(string session, TaskPrompt? own)
    {
        if (session.Length == 0) return null;
        lock (_gate)
        {
            if (own is null) return _tasks.GetValueOrDefault(session);
            if (!_tasks.ContainsKey(session))
            {
                if (_order.Count >= capacity) _tasks.Remove(_order.Dequeue());
                _order.Enqueue(session);
            }

            _tasks[session] = own;
            return own;
        }
    }
}
