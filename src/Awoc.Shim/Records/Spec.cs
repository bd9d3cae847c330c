using System.Text.Json;
using Awoc.Shim.Agent;
using Awoc.Shim.Native;

namespace Awoc.Shim.Records;

/// <summary>What <c>spec.json</c> asks for. Texts are UTF-8; paths end with a NUL.</summary>
internal sealed class Spec
{
    internal long Proto { get; private set; } = 1;
    internal byte[] Task { get; private set; } = [];
    internal long Attempt { get; private set; }
    internal long Fence { get; private set; }
    internal List<byte[]> Argv { get; private set; } = [];
    internal byte[]? Cwd { get; private set; }
    internal List<byte[]> Env { get; private set; } = [];
    internal byte[]? StdinFile { get; private set; }
    internal bool KeepStdin { get; private set; }
    internal bool MergeStderr { get; private set; }
    internal long? DeadlineMs { get; private set; }
    internal List<Step> Ladder { get; } = [];
    internal byte[]? Socket { get; private set; }
    internal byte[]? Gateway { get; private set; }
    internal long LogLimit { get; private set; } = long.MaxValue;
    internal bool NeedsSecret { get; private set; }
    internal bool Spare { get; private set; }
    internal byte[] Mark { get; private set; } = [];
    internal bool Cgroup { get; private set; }
    internal List<byte[]>? DaemonArgv { get; private set; }
    internal List<byte[]>? DaemonEnv { get; private set; }
    internal byte[]? DaemonStopMarker { get; private set; }
    internal byte[]? DaemonSocket { get; private set; }

    internal static Spec Read(int directory)
    {
        var content = Fd.ReadFile(directory, "spec.json"u8) ?? throw new ShimException("cannot read spec.json", 0);
        var spec = new Spec();
        try
        {
            spec.Parse(content);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or FormatException)
        {
            throw new ShimException("spec.json is not the record it should be", 0);
        }

        if (spec.Proto != 1) throw new ShimException($"spec.json has protocol {spec.Proto}, this shim speaks 1", 0);
        if (spec.Argv.Count == 0 || spec.Cwd is null || spec.Socket is null || spec.Mark.AsSpan().IndexOf((byte)'=') <= 0)
            throw new ShimException("spec.json needs argv, cwd, socket and mark", 0);
        if (spec.Ladder.Count == 0 || spec.Ladder[^1].Do != StepKind.Kill) spec.Ladder.Add(new Step(StepKind.Kill, 3_000_000, null));
        return spec;
    }

    /// <summary>Lets go of what only the exec needed: environments are large.</summary>
    internal void ForgetLaunch()
    {
        Argv = [];
        Env = [];
    }

    private void Parse(byte[] content)
    {
        var json = new Utf8JsonReader(content);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("proto"u8)) Proto = json.NextNumber() ?? 0;
            else if (json.ValueTextEquals("task"u8)) Task = json.NextText() ?? [];
            else if (json.ValueTextEquals("attempt"u8)) Attempt = json.NextNumber() ?? 0;
            else if (json.ValueTextEquals("fence"u8)) Fence = json.NextNumber() ?? 0;
            else if (json.ValueTextEquals("argv"u8)) Argv = json.NextTexts();
            else if (json.ValueTextEquals("cwd"u8)) Cwd = Path(json.NextText());
            else if (json.ValueTextEquals("env"u8)) Env = json.NextEntries();
            else if (json.ValueTextEquals("stdinFile"u8)) StdinFile = Path(json.NextText());
            else if (json.ValueTextEquals("keepStdin"u8)) KeepStdin = json.NextFlag();
            else if (json.ValueTextEquals("mergeStderr"u8)) MergeStderr = json.NextFlag();
            else if (json.ValueTextEquals("deadlineMs"u8)) DeadlineMs = json.NextNumber();
            else if (json.ValueTextEquals("ladder"u8)) ParseLadder(ref json);
            else if (json.ValueTextEquals("socket"u8)) Socket = Path(json.NextText());
            else if (json.ValueTextEquals("gateway"u8)) Gateway = Path(json.NextText());
            else if (json.ValueTextEquals("logLimit"u8)) LogLimit = json.NextNumber() ?? long.MaxValue;
            else if (json.ValueTextEquals("needsSecret"u8)) NeedsSecret = json.NextFlag();
            else if (json.ValueTextEquals("spare"u8)) Spare = json.NextFlag();
            else if (json.ValueTextEquals("mark"u8)) Mark = json.NextText() ?? [];
            else if (json.ValueTextEquals("cgroup"u8)) Cgroup = json.NextFlag();
            else if (json.ValueTextEquals("daemon"u8)) ParseDaemon(ref json);
            else json.Skip();
        }
    }

    private void ParseLadder(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray) return;
        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            StepKind? kind = null;
            long graceMs = 0;
            byte[]? text = null;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueTextEquals("do"u8)) kind = Step.Kind(json.NextText());
                else if (json.ValueTextEquals("graceMs"u8)) graceMs = json.NextNumber() ?? 0;
                else if (json.ValueTextEquals("text"u8)) text = json.NextText();
                else json.Skip();
            }

            if (kind is { } step) Ladder.Add(new Step(step, graceMs * 1000, text));
        }
    }

    private void ParseDaemon(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject) return;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("argv"u8)) DaemonArgv = json.NextTexts();
            else if (json.ValueTextEquals("stopMarker"u8)) DaemonStopMarker = Path(json.NextText());
            else if (json.ValueTextEquals("socket"u8)) DaemonSocket = Path(json.NextText());
            else if (json.ValueTextEquals("env"u8)) DaemonEnv = json.NextEntries() is { Count: > 0 } env ? env : null;
            else json.Skip();
        }
    }

    private static byte[]? Path(byte[]? text) => text is null ? null : Z.Of(text);
}
