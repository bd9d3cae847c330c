using System.Text;
using System.Text.Json;
using Awoc.Core.Tasks;
using Awoc.Core.Waiting;
using Awoc.Documents.Markdown;
using Awoc.Engine.Homes;
using Awoc.Engine.Integration;
using Awoc.Engine.Supervision;
using Awoc.Engine.TaskFolders;
using Awoc.Prompts;

namespace Awoc.Engine.Waiting;

/// <summary>
/// Puts what other tasks produced into the description of one that waited for them. An agent gets short values in their place and texts as
/// context beside the description, for what another agent wrote is material and no instruction; a command gets each as one word of the shell.
/// </summary>
internal static class ReferenceTexts
{
    /// <summary>A value of this many characters at most, on one line, stands in its place.</summary>
    private const int ShortValue = 300;

    /// <summary>Of one result's text, in tokens: what is longer is cut at its headings.</summary>
    private const int LargestText = 4000;

    /// <summary>Of all texts of a description together, in tokens: what comes later is pointed at.</summary>
    private const int LargestSum = 16_000;

    /// <summary>Of a value for a shell, in bytes: the kernel takes no argument above 128 KiB.</summary>
    private const int LargestWord = 64 * 1024;

    /// <summary>The task with its description made, and the texts that belong to it.</summary>
    /// <exception cref="MissingReferenceException">Something that it refers to is not there.</exception>
    public static async Task<(AgentTask Task, IReadOnlyList<InlineFile> Texts)> PutIntoAsync(EnginePorts ports, AgentTask task, bool forShell, CancellationToken cancellation)
    {
        var spec = task.Spec;
        if (!TaskTemplate.IsIn(spec.Description)) return (task, []);
        var template = TaskTemplate.Parse(spec.Description, [.. spec.References.Keys]);
        var tasks = (await ports.Book.Store.FindAsync([.. template.References.Select(r => spec.References[r.Name]).Distinct()], cancellation)).ToDictionary(t => t.Id);
        List<InlineFile> texts = [];
        var text = new StringBuilder();
        foreach (var part in template.Parts)
        {
            if (part is not TaskReference reference)
            {
                text.Append((string)part);
                continue;
            }

            var source = tasks.GetValueOrDefault(spec.References[reference.Name]) ?? throw Missing(reference, "that task is gone");
            text.Append(forShell ? Word(ports, reference, source) : Value(ports, reference, source, texts));
        }

        return (task with { Spec = spec with { Description = text.ToString() } }, texts);
    }

    private static string Word(EnginePorts ports, TaskReference reference, AgentTask source)
    {
        var value = reference.Form switch
        {
            ReferenceForm.Output => PathOf(ports, reference, source),
            ReferenceForm.Summary => SummaryOf(reference, source),
            ReferenceForm.Json => ValueOf(Json(ports, reference, source)),
            _ => Read(ports, reference, source),
        };
        if (Encoding.UTF8.GetByteCount(value) > LargestWord || value.Contains('\0', StringComparison.Ordinal))
            throw Missing(reference, $"it does not fit into a command line: use ${{tasks.{reference.Name}.output}}, the path of its file");
        return LaunchScript.Quote(value);
    }

    private static string Value(EnginePorts ports, TaskReference reference, AgentTask source, List<InlineFile> texts)
    {
        switch (reference.Form)
        {
            case ReferenceForm.Output:
                return PathOf(ports, reference, source);
            case ReferenceForm.Summary:
                return Short(SummaryOf(reference, source), reference, texts);
            case ReferenceForm.Json:
                var value = Json(ports, reference, source);
                return value.ValueKind == JsonValueKind.String ? Short(value.GetString()!, reference, texts) : Short(value.GetRawText(), reference, texts, quoted: false);
            default:
                var path = PathOf(ports, reference, source);
                if (texts.Any(t => t.Path == path)) return path;
                var (excerpt, refused) = ResultExcerpt.Read(source, path, section: null, LargestText);
                if (excerpt is null) throw Missing(reference, refused!);
                Add(texts, path, excerpt.LeftOut is null ? excerpt.Text : $"{excerpt.Text.TrimEnd()}\n[Whole in {path}]\n");
                return path;
        }
    }

    /// <summary>A short value in its place, quoted so that it is seen to be one; a longer one among the texts, under its own name.</summary>
    private static string Short(string value, TaskReference reference, List<InlineFile> texts, bool quoted = true)
    {
        if (value.Length <= ShortValue && !value.AsSpan().ContainsAny('\n', '\r')) return quoted ? $"\"{value}\"" : value;
        var name = reference.Text[2..^1];
        if (texts.All(t => t.Path != name)) Add(texts, name, value);
        return name;
    }

    private static void Add(List<InlineFile> texts, string path, string text)
    {
        if (texts.Sum(t => DocumentCut.Tokens(t.Text)) + DocumentCut.Tokens(text) <= LargestSum) texts.Add(new InlineFile(path, text));
    }

    private static string SummaryOf(TaskReference reference, AgentTask source) =>
        source.Summary is { Length: > 0 } summary ? summary : throw Missing(reference, $"task {source.Id.Handle} left no closing words");

    private static string PathOf(EnginePorts ports, TaskReference reference, AgentTask source)
    {
        // The delivered file is the user's own by now: should it be gone, the copy in the task's directory still is there.
        var path = source.ResultPath is { } own && File.Exists(own) ? own : ports.Paths.Task(source.Id).Output(source.Spec.Output);
        return source.Result != TaskResult.None && File.Exists(path)
            ? path
            : throw Missing(reference, $"task {source.Id.Handle} left no result: it {(source.Outcome is { } outcome ? $"ended {outcome.Text()}" : $"is {source.State.Text()}")}");
    }

    private static string Read(EnginePorts ports, TaskReference reference, AgentTask source)
    {
        var path = PathOf(ports, reference, source);
        if (new FileInfo(path).Length > LargestWord)
            throw Missing(reference, $"it does not fit into a command line: use ${{tasks.{reference.Name}.output}}, the path of its file");
        return File.ReadAllText(path);
    }

    private static JsonElement Json(EnginePorts ports, TaskReference reference, AgentTask source)
    {
        var path = PathOf(ports, reference, source);
        JsonElement at;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            at = document.RootElement.Clone();
        }
        catch (JsonException broken)
        {
            throw Missing(reference, $"{path} is no JSON ({broken.Message})");
        }

        foreach (var field in reference.Path)
        {
            at = at.ValueKind switch
            {
                JsonValueKind.Object when at.TryGetProperty(field, out var value) => value,
                JsonValueKind.Array when int.TryParse(field, System.Globalization.NumberStyles.None, null, out var index) && index < at.GetArrayLength() => at[index],
                _ => throw Missing(reference, $"{path} has no '{string.Join('.', reference.Path)}'"),
            };
        }

        return at;
    }

    private static string ValueOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static MissingReferenceException Missing(TaskReference reference, string why) => new($"{reference.Text}: {why}");
}

/// <summary>What a description refers to is not there: the task cannot start.</summary>
public sealed class MissingReferenceException(string message) : Exception(message);
