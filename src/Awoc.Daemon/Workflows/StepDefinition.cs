using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Awoc.Core;
using Awoc.Core.Tasks;
using Awoc.Plans.Workflows;

namespace Awoc.Daemon.Workflows;

/// <summary>
/// SHA-256 over what a step's result depends on, but for what other steps produce: what is to be done, with what, by whom, and the
/// content of the files that it names. Limits and policies are left out: a step that succeeded did so within its own, and whoever raises the
/// budget of one that failed is not to pay for the others again.
/// </summary>
internal static class StepDefinition
{
    public static string ShaOf(string workflow, BoundTask task, TaskSpec spec, IEnumerable<(string Path, string? Content)> files)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add("workflow", workflow);
        Add("type", spec.Type);
        Add("definition", spec.Definition is null ? null : JsonSerializer.Serialize(spec.Definition, CoreJson.Default.TaskType));
        Add("description", spec.Description);
        Add("output", spec.Output);
        Add("schema", spec.Schema);
        Add("strict", spec.Strict ? "true" : null);
        Add("agent", spec.Agent);
        Add("model", spec.Model);
        Add("rehearsal", spec.Rehearsal ? "true" : null);
        Add("integrate", spec.Integrate.Text());
        Add("into", spec.IntegrateInto);
        Add("cwd", spec.Cwd);
        Add("when", task.When?.ToString());
        foreach (var (path, content) in files) Add(path, content ?? "absent");
        return Convert.ToHexStringLower(sha.GetHashAndReset());

        // A length before each part: no two lists of parts read alike.
        void Add(string name, string? value)
        {
            if (value is null) return;
            var bytes = Encoding.UTF8.GetBytes(value);
            sha.AppendData(Encoding.UTF8.GetBytes($"{name.Length} {name} {bytes.Length} "));
            sha.AppendData(bytes);
        }
    }
}
