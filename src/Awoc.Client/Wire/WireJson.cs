using System.Text.Json.Serialization;

namespace Awoc.Client.Wire;

/// <summary>The wire form: camelCase names, absent nulls, times in ISO 8601 UTC.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TaskView))]
[JsonSerializable(typeof(TaskView[]))]
[JsonSerializable(typeof(TaskPage))]
[JsonSerializable(typeof(EventView))]
[JsonSerializable(typeof(LaunchRequest))]
[JsonSerializable(typeof(LaunchReply))]
[JsonSerializable(typeof(LaunchPreview))]
[JsonSerializable(typeof(TopUpRequest))]
[JsonSerializable(typeof(AnswerRequest))]
[JsonSerializable(typeof(RetryRequest))]
[JsonSerializable(typeof(RecoverRequest))]
[JsonSerializable(typeof(VerifyRequest))]
[JsonSerializable(typeof(VerifyReply))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(HealthView))]
[JsonSerializable(typeof(StopRequest))]
[JsonSerializable(typeof(StopReply))]
[JsonSerializable(typeof(CredentialsRequest))]
[JsonSerializable(typeof(CredentialsReply))]
[JsonSerializable(typeof(DoctorRequest))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(SettingsView))]
[JsonSerializable(typeof(SettingView))]
[JsonSerializable(typeof(SettingChange))]
[JsonSerializable(typeof(AlertView))]
[JsonSerializable(typeof(AlertList))]
[JsonSerializable(typeof(TypeList))]
[JsonSerializable(typeof(TypeView))]
[JsonSerializable(typeof(TypeCheckRequest))]
[JsonSerializable(typeof(TypeCheck))]
[JsonSerializable(typeof(TypeDraftView))]
public sealed partial class WireJson : JsonSerializerContext;
