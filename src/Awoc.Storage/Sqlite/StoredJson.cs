using System.Collections.Frozen;
using System.Text.Json;
using Awoc.Core;
using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Recovery;
using Awoc.Core.Tasks;

namespace Awoc.Storage.Sqlite;

/// <summary>The columns that hold JSON.</summary>
internal static class StoredJson
{
    private static readonly FrozenDictionary<Type, string> s_kinds = CoreJson.Default.TaskEvent.PolymorphismOptions!.DerivedTypes
        .ToFrozenDictionary(t => t.DerivedType, t => (string)t.TypeDiscriminator!);

    private static readonly string s_noUsage = JsonSerializer.Serialize(Core.Budgets.Usage.Zero, CoreJson.Default.Usage);

    public static string Text(TaskSpec spec) => JsonSerializer.Serialize(spec, CoreJson.Default.TaskSpec);

    public static string Text(TaskEvent e) => JsonSerializer.Serialize(e, CoreJson.Default.TaskEvent);

    public static string Text(Usage usage) =>
        usage == Core.Budgets.Usage.Zero ? s_noUsage : JsonSerializer.Serialize(usage, CoreJson.Default.Usage);

    /// <summary>Null for the spec's own budget, which is most tasks'.</summary>
    public static string? Text(Budget budget, TaskSpec spec) =>
        budget == spec.Budget ? null : JsonSerializer.Serialize(budget, CoreJson.Default.Budget);

    /// <summary>Null for a task that recovery has no part in.</summary>
    public static string? Text(RecoveryState recovery) =>
        recovery == RecoveryState.None ? null : JsonSerializer.Serialize(recovery, CoreJson.Default.RecoveryState);

    /// <summary>An array of ids, none of which has a character that JSON would escape.</summary>
    public static string Text(IEnumerable<TaskId> ids) => $"[{string.Join(',', ids.Select(id => $"\"{id.Value}\""))}]";

    public static Budget? Budget(string? text) => text is null ? null : JsonSerializer.Deserialize(text, CoreJson.Default.Budget);

    public static RecoveryState Recovery(string? text) =>
        text is null ? RecoveryState.None : JsonSerializer.Deserialize(text, CoreJson.Default.RecoveryState)!;

    public static TaskSpec Spec(string text) => JsonSerializer.Deserialize(text, CoreJson.Default.TaskSpec)!;

    public static TaskEvent Event(string text) => JsonSerializer.Deserialize(text, CoreJson.Default.TaskEvent)!;

    public static Usage Usage(string text) =>
        text == s_noUsage ? Core.Budgets.Usage.Zero : JsonSerializer.Deserialize(text, CoreJson.Default.Usage)!;

    /// <summary>The word of an event in its <c>kind</c> column: the discriminator of its JSON.</summary>
    public static string Kind(TaskEvent e) => s_kinds[e.GetType()];
}
