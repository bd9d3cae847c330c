using System.Text.Json.Serialization;

namespace Awoc.Engine.Shims;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ShimSpec))]
[JsonSerializable(typeof(ShimClaim))]
[JsonSerializable(typeof(ShimInfo))]
[JsonSerializable(typeof(ShimExit))]
[JsonSerializable(typeof(SaidLine))]
[JsonSerializable(typeof(ShimLine))]
[JsonSerializable(typeof(OwnerLine))]
internal sealed partial class ShimJson : JsonSerializerContext;
