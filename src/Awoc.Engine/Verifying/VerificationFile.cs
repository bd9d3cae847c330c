using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Awoc.Core;
using Awoc.Core.Contracts;
using Awoc.Core.Tasks;
using Awoc.Engine.Homes;
using Awoc.Engine.Shims;

namespace Awoc.Engine.Verifying;

/// <summary>The content of a task's <c>verification.json</c>: its last check. A view; the store's events are the truth.</summary>
public sealed record VerificationFile
{
    private static readonly VerificationJson s_readable =
        new(new JsonSerializerOptions(VerificationJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public string Schema { get; init; } = "awoc-verification-v1";
    public required string Task { get; init; }

    /// <summary>The file that was checked; null where there was none.</summary>
    public string? File { get; init; }

    public required DateTimeOffset CheckedAt { get; init; }
    public required Core.Tasks.Verification Verification { get; init; }
    public required ImmutableArray<Finding> Findings { get; init; }

    public void Write(TaskFolder folder) =>
        DurableFile.Write(folder.Path, Path.GetFileName(folder.Verification), JsonSerializer.SerializeToUtf8Bytes(this, s_readable.VerificationFile));

    /// <summary>Null where there is none, or none that can be read.</summary>
    public static VerificationFile? Read(TaskFolder folder)
    {
        try
        {
            return JsonSerializer.Deserialize(System.IO.File.ReadAllBytes(folder.Verification), VerificationJson.Default.VerificationFile);
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(SnakeCaseConverter<Core.Tasks.Verification>), typeof(SnakeCaseConverter<FindingSeverity>)])]
[JsonSerializable(typeof(VerificationFile))]
internal sealed partial class VerificationJson : JsonSerializerContext;
