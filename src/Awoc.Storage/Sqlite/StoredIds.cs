using Awoc.Core.Tasks;

namespace Awoc.Storage.Sqlite;

/// <summary>The column that holds several ids, with spaces between them.</summary>
internal static class StoredIds
{
    public static string Text(IEnumerable<TaskId> ids) => string.Join(' ', ids.Select(id => id.Value));

    public static IReadOnlyList<TaskId> Parse(string text) => [.. text.Split(' ').Select(TaskId.Parse)];
}
