using Awoc.Core.Tasks;
using Awoc.Engine.Endings;
using Awoc.Engine.Homes;

namespace Awoc.Engine.Integration;

/// <summary>The bytes of a task's result, and where a reader finds them.</summary>
/// <param name="Path">The file they are read from.</param>
/// <param name="Shown">The file that a link leads to: the delivered one, where there is one.</param>
internal sealed record ResultFile(string Path, string Shown, byte[] Content)
{
    public string Sha { get; } = TargetFile.ShaOf(Content);

    public static (ResultFile? File, string? Refused) Read(AgentTask task, TaskFolder folder)
    {
        var id = task.Id.Handle;
        var kept = folder.Output(task.Spec.Output);

        // The delivered file is the user's own by now: what the agent made is the copy that was kept.
        string?[] places = task.Result == TaskResult.Complete || task.Delivered
            ? [kept, task.ResultPath]
            : [task.ResultPath, kept, folder.PartialOutput(task.Spec.Output)];
        var path = places.FirstOrDefault(p => p is not null && RegularFile.Is(p));
        if (path is null) return (null, $"the result of task {id} is gone: it lay at {task.ResultPath ?? kept}");
        try
        {
            if (new FileInfo(path).Length is > TargetFile.Longest and var length)
                return (null, FormattableString.Invariant($"the result of task {id} ({path}) has {length / 1024 / 1024} MB: at most {TargetFile.Longest / 1024 / 1024} MB are integrated"));
            return (new ResultFile(path, task.ResultPath is { } shown && RegularFile.Is(shown) ? shown : path, File.ReadAllBytes(path)), null);
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            return (null, $"the result of task {id} cannot be read: {broken.Message}");
        }
    }

    /// <summary>As a Markdown link has it, from a directory.</summary>
    public string LinkFrom(string directory) => string.Join(
        '/', System.IO.Path.GetRelativePath(directory, Shown).Split('/').Select(part => part is "." or ".." ? part : Uri.EscapeDataString(part)));
}
