using System.Globalization;
using System.Text;
using System.Text.Json;
using Awoc.Core.Agents;

namespace Awoc.Runners.Builtin;

internal static class BuiltinLaunch
{
    public static LaunchPlan Plan(AttemptContext context)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            [AnthropicCredential.BaseUrl] = AttemptContext.GatewayUrl,
            [AnthropicCredential.AuthToken] = null,
            [AnthropicCredential.OauthToken] = null,
        };
        NoProxy.AddTo(environment, context.Spec.Environment);
        var program = context.Availability.Executable ?? "awoc-agent";
        if (BuiltinProbe.NeedsRuntime(program) && DotnetRoot.Find(context.Spec.Environment) is { } root) environment["DOTNET_ROOT"] = root;
        return new LaunchPlan
        {
            Argv = [program, "run"],
            Environment = environment,
            SecretEnvironment = new Dictionary<string, string> { [AnthropicCredential.ApiKey] = context.GatewayToken },
            StdinFirst = Configuration(context) + "\n",
            KeepStdin = true,
            InterruptLine = """{"type":"interrupt"}""",
            WithheldSecrets = [AnthropicCredential.ApiKey, AnthropicCredential.AuthToken, AnthropicCredential.OauthToken],
        };
    }

    public static string HeadOf(AttemptHead attempt) => string.Join(
        '\n',
        BuiltinModels.Resolve(attempt.Spec).Model,
        string.Join(',', ToolList.Names(ToolList.Rules(attempt.Settings))),
        attempt.Schema);

    private static string Configuration(AttemptContext context)
    {
        var (model, maxOutput) = BuiltinModels.Resolve(context.Spec);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("prompt", context.Prompt);
            json.WriteString("model", model);
            json.WriteNumber("maxTokens", maxOutput);
            json.WriteString("session", context.Session);
            if (context.Resume is { } earlier) json.WriteString("resume", earlier);
            json.WriteString("checkpoints", context.Directory);
            json.WriteString("staging", context.StagingPath);
            if (context.Schema is { } schema)
            {
                json.WritePropertyName("schema");
                json.WriteRawValue(schema);
            }

            if (context.Shared is { } shared)
            {
                json.WriteStartArray("context");
                foreach (var part in shared.Parts) json.WriteStringValue(part);
                json.WriteEndArray();
                if (shared.ForAnHour) json.WriteBoolean("hourCache", true);
            }

            json.WriteStartArray("tools");
            foreach (var tool in ToolList.Names(ToolList.Rules(context.Settings))) json.WriteStringValue(tool);
            json.WriteEndArray();
            WriteNumber(json, context, AgentSettings.MaxTurns, "maxTurns", 1);
            WriteNumber(json, context, AgentSettings.MaxRetries, "maxRetries", 0);
            if (context.Settings.Flag(AgentSettings.AllowPrivateAddresses)) json.WriteBoolean("allowPrivateAddresses", true);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void WriteNumber(Utf8JsonWriter json, AttemptContext context, string setting, string name, int least)
    {
        if (int.TryParse(context.Settings.Value(setting), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            json.WriteNumber(name, Math.Max(least, number));
    }
}
