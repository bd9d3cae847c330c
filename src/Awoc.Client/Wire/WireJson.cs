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
[JsonSerializable(typeof(IntegrateRequest))]
[JsonSerializable(typeof(IntegrateReply))]
[JsonSerializable(typeof(UndoRequest))]
[JsonSerializable(typeof(UndoReply))]
[JsonSerializable(typeof(InboxView))]
[JsonSerializable(typeof(InboxItem))]
[JsonSerializable(typeof(MetricsView))]
public sealed partial class WireJson : JsonSerializerContext;
