using System.Text.Json;
using System.Text.Json.Serialization;
using Awoc.Core;
using Awoc.Core.Integration;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Awoc.Engine.Homes;
using Awoc.Engine.Shims;

namespace Awoc.Engine.Integration;

/// <summary>
/// What is about to be done to a target, on disk before it is done: whoever comes after a crash sees by the target's hash whether it
/// was done, and finishes or drops it.
/// </summary>
/// <param name="Draft">The file the bytes were to pass through.</param>
/// <param name="ShaBefore">Null where there was no file.</param>
/// <param name="ShaAfter">Null where the file is deleted: the undoing of an integration that made it.</param>
/// <param name="Record">The integration; null for an undoing.</param>
/// <param name="Undoes">The number of the integration that is undone; null for an integration.</param>
internal sealed record Intent(
    string Task, string By, string Target, string Draft, string? ShaBefore, string? ShaAfter, IntegrationRecord? Record, int? Undoes)
{
    [JsonIgnore]
    public TaskCommand Command => Record is { } record ? new TaskCommand.NoteIntegrated(By, record) : new TaskCommand.NoteUndone(By, Undoes ?? 0);

    /// <summary>Durable when it returns.</summary>
    /// <returns>Its file, to be deleted once all is done.</returns>
    public string Write(AwocPaths paths)
    {
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(paths.Integrating, OwnerOnly);
        var name = FormattableString.Invariant($"{Task}.{(Record is null ? "undo" : "do")}.{Record?.Number ?? Undoes}.json");
        DurableFile.Write(paths.Integrating, name, JsonSerializer.SerializeToUtf8Bytes(this, IntentJson.Default.Intent));
        return Path.Combine(paths.Integrating, name);
    }

    /// <summary>Those that were left, of one task or of all.</summary>
    public static IEnumerable<(string File, Intent Intent)> Left(AwocPaths paths, TaskId? task)
    {
        if (!Directory.Exists(paths.Integrating)) yield break;
        foreach (var file in Directory.EnumerateFiles(paths.Integrating, $"{(task is { } id ? id.Value : "")}*.json").Order(StringComparer.Ordinal).ToList())
            yield return (file, JsonSerializer.Deserialize(File.ReadAllBytes(file), IntentJson.Default.Intent)!);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(SnakeCaseConverter<IntegrationMode>)])]
[JsonSerializable(typeof(Intent))]
[JsonSerializable(typeof(IntegrationRecord))]
internal sealed partial class IntentJson : JsonSerializerContext;
