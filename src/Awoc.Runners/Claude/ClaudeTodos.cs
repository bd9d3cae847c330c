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

    /// <summary>The list, when a call by itself says what it is from now on.</summary>
    public AgentEvent.TodoList? Called(AgentEvent.ToolCall call, JsonElement input)
    {
        if (call.Cut) return null;
        switch (call.Name)
        {
            // {"todos":[{"content":"Second","status":"in_progress","activeForm":"Doing second"}]}
            case "TodoWrite" or "TodoList" when input.Member("todos") is { ValueKind: JsonValueKind.Array }:
                _items.Clear();
                foreach (var todo in input.Items("todos").Take(MostItems)) _items.Add(("", Item(todo.Text("content") ?? todo.Text("subject"), todo.Text("status"))));
                return List();
            // {"subject":"Read the code","description":"all of it"} and {"taskId":"1","status":"completed"}: they count once they are answered.
            case "TaskCreate" or "TaskUpdate" when _open.Count < MostItems:
                _open[call.Id] = input.Clone();
                return null;
            default:
                return null;
        }
    }

    /// <param name="details">The line's <c>tool_use_result</c>.</param>
    public AgentEvent.TodoList? Answered(AgentEvent.ToolResult result, JsonElement? details)
    {
        if (!_open.Remove(result.Id, out var input) || result.IsError) return null;
        return input.Text("taskId") is { } id ? Updated(id, input) : Created(input, details);
    }

    // "tool_use_result":{"task":{"id":"1","subject":"Read the code"}}
    private AgentEvent.TodoList? Created(JsonElement input, JsonElement? details)
    {
        if (_items.Count >= MostItems || input.Text("subject") is not { } subject) return null;
        _items.Add((details?.Member("task")?.Text("id") ?? "", Item(subject, null)));
        return List();
    }

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
