using Awoc.Core.Tasks;
using Awoc.Engine.Homes;
using Awoc.Engine.Recovery;
using Awoc.Engine.Shims;

namespace Awoc.Engine.Endings;

/// <summary>
/// Brings a result to where the user wants it: whole or not at all. A copy is always kept in the task's directory, so that
/// nothing that happens to the delivered file later can lose it.
/// </summary>
public static class OutputDelivery
{
    /// <summary>Keeps what was produced in the task's directory; null when nothing was.</summary>
    public static string? Keep(TaskFolder folder, ProducedOutput produced, string? target)
    {
        var kept = folder.Output(target);
        if (produced is ProducedOutput.Said(var text))
        {
            DurableFile.WriteText(kept, text.EndsWith('\n') ? text : text + "\n");
            return kept;
        }

        if (produced.File is not { } file) return null;
        DurableFile.Copy(file, kept);
        return kept;
    }

    /// <summary>
    /// Puts the kept result at the target, unless a file stood there before the task did and the user gave no leave to
    /// replace it. What an earlier attempt of the task brought there, and nobody has changed since, is replaced.
    /// </summary>
    public static Delivery Deliver(TaskSpec spec, TaskFolder folder, AttemptFolder attempt, ProducedOutput produced, string kept)
    {
        var delivery = Put(spec, folder, attempt, produced, kept);
        if (delivery is Delivery.Done { ShaAfter: { } sha }) DurableFile.WriteText(folder.Delivered, sha);
        return delivery;
    }

    private static Delivery Put(TaskSpec spec, TaskFolder folder, AttemptFolder attempt, ProducedOutput produced, string kept)
    {
        if (spec.Output is not { } target) return new Delivery.NoTarget();
        var before = ProducedOutput.Before(attempt);
        try
        {
            if (produced is ProducedOutput.InPlace) return new Delivery.Done(before, ContentHash.OfFile(target));
            var now = ContentHash.OfFile(target);
            var result = ContentHash.OfFile(kept);
            if (now == result) return new Delivery.Done(before, now);
            if (now is not null && !spec.Overwrite && !IsOwn(now, spec, folder)) return new Delivery.Waits(target);
            Write(kept, target);
            return new Delivery.Done(before, result);
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            return new Delivery.Failed(broken.Message);
        }
    }

    /// <summary>Puts a file at the target on a person's word, and knows it again as the task's own.</summary>
    public static void Bring(TaskFolder folder, string file, string target)
    {
        Write(file, target);
        DurableFile.WriteText(folder.Delivered, ContentHash.OfFile(target) ?? "");
    }

    /// <summary>A link stays one: what it leads to is what is written.</summary>
    private static void Write(string file, string target)
    {
        var link = new FileInfo(target);
        DurableFile.Copy(file, link.LinkTarget is null ? target : link.ResolveLinkTarget(returnFinalTarget: true)!.FullName);
    }

    /// <summary>SHA-256 of what the task last brought to its target; null for nothing.</summary>
    public static string? Brought(TaskFolder folder)
    {
        try
        {
            return File.Exists(folder.Delivered) && File.ReadAllText(folder.Delivered).Trim() is { Length: > 0 } sha ? sha : null;
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// An attempt of the task brought it there, or before it an earlier run of the same workflow's step or an earlier occurrence of the
    /// series. The one right before may have brought another since it was followed, on a person's word.
    /// </summary>
    private static bool IsOwn(string sha, TaskSpec spec, TaskFolder folder) =>
        sha == (Brought(folder) ?? spec.Step?.Replaces)
        || (spec.Recurs is { } recurs && (sha == recurs.Replaces || (recurs.Previous is { } previous && sha == Brought(folder.Of(previous)))));
}

public abstract record Delivery
{
    private Delivery()
    {
    }

    /// <summary>No OUTPUT was named: the result stays in the task's directory.</summary>
    public sealed record NoTarget : Delivery;

    public sealed record Done(string? ShaBefore, string? ShaAfter) : Delivery;

    /// <summary>A file stands at the target: the result waits in the task's directory.</summary>
    public sealed record Waits(string Target) : Delivery;

    public sealed record Failed(string Why) : Delivery;
}
