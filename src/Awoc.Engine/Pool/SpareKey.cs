using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Awoc.Core.Agents;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Pool;

/// <summary>
/// What fixes a start: two launches of one key start the very same agent, but for the token, the session and what is bound to it later. As a
/// keyed hash, for secrets are part of it; the hash's own key never leaves this process.
/// </summary>
internal sealed class SpareKey
{
    private const string Token = "awoc-of-no-attempt";

    private static readonly string s_session = Guid.Empty.ToString();

    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);

    /// <summary>Null for a launch that cannot be made ahead.</summary>
    public (string Key, WarmUp WarmUp)? Of(EnginePorts ports, LaunchSubject subject)
    {
        if (subject.Resume is not null || !subject.Runner.Traits.UsesModel) return null;
        if (subject.Runner.WarmUp(subject.Context(ports.Settings.Read(subject.Spec.Cwd), Token, s_session)) is not { } warmUp) return null;
        var material = LaunchMaterial.Of(ports, subject, Token, s_session);
        if (material.Prepared.Credential is not { Upstream: var upstream } || !material.Plan.KeepStdin) return null;
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _secret);
        List<string?> parts =
        [
            subject.Runner.Name, subject.Spec.Cwd, subject.Spec.Rehearsal ? "rehearsal" : "", Program(material.Plan.Argv[0]), material.Plan.InterruptLine,
            upstream.BaseUrl.OriginalString, upstream.Auth.ToString(), upstream.Secret, upstream.Proxy?.OriginalString, warmUp.Found,
        ];
        Add(hash, parts);
        Add(hash, material.Plan.Argv);
        Add(hash, warmUp.Lines);
        Add(hash, Pairs(material.Environment.Where(entry => !LaunchMaterial.OfOneLaunch.Contains(entry.Key))));
        Add(hash, Pairs(material.Prepared.SecretEnvironment));
        Add(hash, Pairs(subject.Secrets));
        Add(hash, Pairs(ports.Settings.Read(subject.Spec.Cwd).ForAgent(subject.Runner.Name)));
        return (Convert.ToHexStringLower(hash.GetHashAndReset()), warmUp);
    }

    /// <summary>What is told to a claimed agent's tools: the task's id, and which terminal it came from.</summary>
    public static Dictionary<string, string> Bound(LaunchSubject subject)
    {
        var bound = new Dictionary<string, string> { [LaunchMaterial.TaskVariable] = subject.Task.Value };
        foreach (var name in LaunchMaterial.OfOneLaunch)
            if (subject.Spec.Environment.TryGetValue(name, out var value)) bound.TryAdd(name, value);
        return bound;
    }

    /// <summary>An agent that was replaced by another version is another agent.</summary>
    private static string Program(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target) file = target;
            return string.Create(CultureInfo.InvariantCulture, $"{path} {file.FullName} {(file.Exists ? file.Length : 0)} {file.LastWriteTimeUtc.Ticks}");
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
        {
            return path;
        }
    }

    private static IEnumerable<string?> Pairs(IEnumerable<KeyValuePair<string, string>> entries) =>
        entries.OrderBy(entry => entry.Key, StringComparer.Ordinal).SelectMany(entry => (string?[])[entry.Key, entry.Value]);

    /// <summary>Each part with its length before it, so that no two lists read the same.</summary>
    private static void Add(IncrementalHash hash, IEnumerable<string?> parts)
    {
        var count = 0;
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part ?? "");
            hash.AppendData(BitConverter.GetBytes(part is null ? -1 : bytes.Length));
            hash.AppendData(bytes);
            count++;
        }

        hash.AppendData(BitConverter.GetBytes(int.MinValue + count));
    }
}
