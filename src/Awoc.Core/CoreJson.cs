using System.Text.Json;
using System.Text.Json.Serialization;
using Awoc.Core.Budgets;
using Awoc.Core.Catalog;
using Awoc.Core.Contracts;
using Awoc.Core.Integration;
using Awoc.Core.Lifecycle;
using Awoc.Core.Recovery;
using Awoc.Core.Tasks;

namespace Awoc.Core;

/// <summary>The stored form of specs and events: camelCase names, snake_case enum texts, absent nulls.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters =
    [
        typeof(SnakeCaseConverter<TaskState>), typeof(SnakeCaseConverter<TaskOutcome>), typeof(SnakeCaseConverter<TaskResult>),
        typeof(SnakeCaseConverter<Verification>), typeof(SnakeCaseConverter<EndReason>), typeof(SnakeCaseConverter<OnBudget>),
        typeof(SnakeCaseConverter<OnFailure>), typeof(SnakeCaseConverter<OnPermission>), typeof(SnakeCaseConverter<LandingStep>),
        typeof(SnakeCaseConverter<NextMode>), typeof(SnakeCaseConverter<FindingSeverity>), typeof(SnakeCaseConverter<IntegrationMode>),
        typeof(SnakeCaseConverter<OnUnmet>), typeof(SnakeCaseConverter<WaitKind>), typeof(SnakeCaseConverter<TaskFamily>), typeof(SnakeCaseConverter<SectionRole>),
    ])]
[JsonSerializable(typeof(TaskSpec))]
[JsonSerializable(typeof(TaskEvent))]
[JsonSerializable(typeof(Usage))]
[JsonSerializable(typeof(Budget))]
[JsonSerializable(typeof(RecoveryState))]
public sealed partial class CoreJson : JsonSerializerContext;

/// <summary>Writes an enum as its <see cref="SnakeCase"/> text.</summary>
public sealed class SnakeCaseConverter<T> : JsonConverter<T> where T : struct, Enum
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.GetString();
        return SnakeCase.TryParse<T>(text, out var value) ? value : throw new JsonException($"'{text}' is no {typeof(T).Name}");
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.Text());
}
