using System.Text.Json;
using Awoc.Core.Agents;

namespace Awoc.Runners.Claude;

/// <summary>
/// The agent's own list of what it has to do. <c>TodoWrite</c> gives it whole; where the CLI has tasks instead (2.1.197 by
/// default), it is put together from <c>TaskCreate</c> and <c>TaskUpdate</c>, whose results carry the ids.
/// </summary>
internal sealed class ClaudeTodos
{
    private const int MostItems = 500;
    private const int LongestText = 500;

    private readonly List<(string Id, TodoItem Item)> _items = [];
    private readonly Dictionary<string, JsonElement> _open = new(StringComparer.Ordinal);

    /// <summary>Keeps the call: it counts once it is answered well (a CLI without <c>TodoWrite</c> refuses it).</summary>
    public void Called(AgentEvent.ToolCall call, JsonElement input)
    {
        if (!call.Cut && call.Name is ("TodoWrite" or "TodoList" or "TaskCreate" or "TaskUpdate") && _open.Count < MostItems) _open[call.Id] = input.Clone();
    }

    /// <summary>The list as it is from now on; null where the result changes nothing of it.</summary>
    /// <param name="details">The line's <c>tool_use_result</c>.</param>
    public AgentEvent.TodoList? Answered(AgentEvent.ToolResult result, JsonElement? details)
    {
        if (!_open.Remove(result.Id, out var input) || result.IsError) return null;
        if (input.Member("todos") is { ValueKind: JsonValueKind.Array }) return Replaced(input);
        return input.Text("taskId") is { } id ? Updated(id, input) : Created(input, details);
    }

    // {"todos":[{"content":"Second","status":"in_progress","activeForm":"Doing second"}]}
    private AgentEvent.TodoList Replaced(JsonElement input)
    {
        _items.Clear();
        foreach (var todo in input.Items("todos").Take(MostItems)) _items.Add(("", Item(todo.Text("content") ?? todo.Text("subject"), todo.Text("status"))));
        return List();
    }

    // {"subject":"Read the code","description":"all of it"}, answered with
    // "tool_use_result":{"task":{"id":"1","subject":"Read the code"}}
    private AgentEvent.TodoList? Created(JsonElement input, JsonElement? details)
    {
        if (_items.Count >= MostItems || input.Text("subject") is not { } subject) return null;
        _items.Add((details?.Member("task")?.Text("id") ?? "", Item(subject, null)));
        return List();
    }

    // {"taskId":"1","status":"completed"}
    private AgentEvent.TodoList? Updated(string id, JsonElement input)
    {
        var at = _items.FindIndex(known => known.Id == id);
        if (at < 0) return null;
        if (input.Text("status") == "deleted") _items.RemoveAt(at);
        else _items[at] = (id, Item(input.Text("subject") ?? _items[at].Item.Text, input.Text("status") ?? _items[at].Item.Status));
        return List();
    }

    private AgentEvent.TodoList List() => new([.. _items.Select(known => known.Item)]);

    private static TodoItem Item(string? text, string? status) =>
        new(text is null ? "" : text.Length <= LongestText ? text : text[..LongestText], status ?? "pending");
}
