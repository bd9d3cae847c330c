using System.Text;
using Awoc.Core.Contracts;
using Awoc.Core.Integration;
using Awoc.Core.Prompts;
using Awoc.Core.Tasks;
using Awoc.Documents;
using Awoc.Documents.Integration;
using Awoc.Engine.Homes;
using Awoc.Prompts.Catalog;

namespace Awoc.Engine.Integration;

/// <summary>A result on its way into a target.</summary>
/// <param name="Findings">What the last check of it found.</param>
internal sealed record IntegrationSource(AgentTask Task, ResultFile Result, IReadOnlyList<Finding> Findings)
{
    /// <summary>What target and result both come from; null where it is not known.</summary>
    public byte[]? Origin { get; init; }
}

/// <summary>Works out what an integration makes of its target: chooses the mode, plans, diffs and weighs. Writes nothing.</summary>
internal sealed class IntegrationPlanner(AwocPaths paths, TimeProvider time)
{
    private const int LongestTitle = 80;
    private const string MarkdownName = "standard output.md";

    public async Task<PlanEnd> PlanAsync(
        IntegrationSource source, IntegrationOrder order, TargetFile target, string named, IntegrationLog log, CancellationToken cancellation)
    {
        var (task, result) = (source.Task, source.Result);
        var format = OutputFormats.Of(target.Path);
        var choice = IntegrationChoice.Of(new IntegrationSituation(order.Mode, TaskTypeCatalog.Of(task.Spec).Integration, task.Spec.Type)
        {
            ResultFormat = OutputFormats.Of(result.Path),
            ResultBytes = result.Content.Length,
            TargetFormat = format,
            TargetBytes = target.Content?.Length,
            HasBase = source.Origin is not null,
            IsElement = IsArray(target.Content) && !IsArray(result.Content),
        });
        var report = new IntegrationReport { Task = task, Mode = choice.Mode, Why = choice.Why, Target = target.Path, Notices = Notices(task) };

        // What has no room for a mark is known again by its record.
        if (target.Sha is not null && (target.Sha == result.Sha || log.Records.Any(r =>
            r.Target == target.Path && r.Mode == choice.Mode && r.ResultSha == result.Sha && r.ShaAfter == target.Sha && !log.Undone.Contains(r.Number))))
            return new PlanEnd.Made(report, target.Content!);

        var directory = Path.GetDirectoryName(target.Path) ?? "/";
        var answer = choice.Mode == IntegrationMode.Merge && format is OutputFormat.Text or OutputFormat.Other
            ? await MergeLinesAsync(source, target, named, cancellation)
            : ResultIntegration.Plan(Request(source, order, choice.Mode) with
            {
                // A link's own name may speak of another format than the file it leads to.
                TargetName = OutputFormats.Of(named) == format ? named : target.Path,
                Target = target.Content,
                Origin = OriginOf(source, directory),
            });
        switch (answer)
        {
            case IntegrationAnswer.Refused(var fault):
                return new PlanEnd.Refused(fault.ToString());
            case IntegrationAnswer.Planned planned:
                var dangling = format == OutputFormat.Markdown ? AddedLinks.Dangling(planned.Added, directory) : [];
                return new PlanEnd.Made(
                    report with
                    {
                        Changed = planned.Changed,
                        Conflicts = planned.Conflicts,
                        Dangling = dangling,
                        Diff = planned.Changed ? TargetDiff.Of(target.Content, planned.Content, named) : "",
                        Quality = planned.Quality with
                        {
                            ContractFindings = source.Findings.Count(f => f.Severity == FindingSeverity.Error),
                            DanglingLinks = dangling.Count,
                        },
                    },
                    planned.Content);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>Where there is no target: what there is to read.</summary>
    public static IntegrationEnd Shown(IntegrationSource source, IntegrationOrder order)
    {
        var (task, result) = (source.Task, source.Result);
        var format = OutputFormats.Of(result.Path);
        var choice = IntegrationChoice.Of(new IntegrationSituation(order.Mode, TaskTypeCatalog.Of(task.Spec).Integration, task.Spec.Type)
        {
            ResultFormat = format,
            ResultBytes = result.Content.Length,
        });
        if (choice.Mode == IntegrationMode.Merge)
            return new IntegrationEnd.Refused($"merge needs a target: awoc integrate {task.Id.Handle} merge --into FILE");
        var name = format == OutputFormat.Markdown || choice.Mode != IntegrationMode.Append ? MarkdownName : $"standard output{Path.GetExtension(result.Path)}";
        var answer = name != MarkdownName ? AsItIs(result, name) : ResultIntegration.Plan(Request(source, order, choice.Mode) with
        {
            TargetName = name,
            Target = null,
            Origin = OriginOf(source, order.Cwd),
            Marks = false,
        });
        switch (answer)
        {
            case IntegrationAnswer.Refused(var fault):
                return new IntegrationEnd.Refused(fault.ToString());
            case IntegrationAnswer.Planned planned:
                var whole = TextDocument.TryRead(planned.Content, name, out var read, out _) ? read : TextDocument.Of(name, "");
                var (text, left) = ResultExcerpt.Cut(task, whole, order.MaxTokens);
                return new IntegrationEnd.Done(new IntegrationReport
                {
                    Task = task,
                    Mode = choice.Mode,
                    Why = choice.Why,
                    Content = text,
                    IsWhole = left is null && choice.Mode == IntegrationMode.Append,
                    Quality = planned.Quality with { ContractFindings = source.Findings.Count(f => f.Severity == FindingSeverity.Error) },
                    Notices = left is null ? Notices(task) : [.. Notices(task), left],
                });
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>What is no Markdown has no heading to be attributed under.</summary>
    private static IntegrationAnswer AsItIs(ResultFile result, string name) =>
        TextDocument.TryRead(result.Content, name, out _, out var fault)
            ? new IntegrationAnswer.Planned(result.Content, true, [], new IntegrationQuality(), [])
            : new IntegrationAnswer.Refused(fault with { File = result.Path });

    private async Task<IntegrationAnswer> MergeLinesAsync(IntegrationSource source, TargetFile target, string named, CancellationToken cancellation)
    {
        if (target.Content is not { } ours) return new IntegrationAnswer.Planned(source.Result.Content, true, [], new IntegrationQuality(), []);
        if (source.Origin is not { } origin)
        {
            return new IntegrationAnswer.Refused(new DocumentFault(
                named, null, "a three-way merge needs to know what it was when the task began, which is kept of the task's OUTPUT alone: name that with --base FILE, or append"));
        }

        return await LineMerge.MergeAsync(paths, named, ours, origin, source.Result, time, cancellation);
    }

    private static IntegrationRequest Request(IntegrationSource source, IntegrationOrder order, IntegrationMode mode) => new()
    {
        Mode = mode,
        TargetName = "",
        Target = null,
        ResultName = source.Result.Path,
        Result = source.Result.Content,
        Origin = OriginOf(source, order.Cwd),
        Method = TaskTypeCatalog.Of(source.Task.Spec).Method,
        MaxWords = order.MaxWords,
        Marks = order.Marks,
    };

    private static ResultOrigin OriginOf(IntegrationSource source, string directory)
    {
        var task = source.Task;
        return new ResultOrigin(
            task.Id, task.Spec.Type, Title(task), task.Outcome ?? TaskOutcome.Lost, task.EndedAt ?? task.CreatedAt, source.Result.LinkFrom(directory), task.Summary);
    }

    private static bool IsArray(ReadOnlySpan<byte> json)
    {
        var first = json.IndexOfAnyExcept(" \t\r\n\uFEFF"u8);
        return first >= 0 && json[first] == (byte)'[';
    }

    private static string Title(AgentTask task)
    {
        // A command is no title.
        if (task.Spec is { Model: null, Name: { } name }) return name;
        var line = task.Spec.Description.Split('\n')[0].Trim();
        if (line.Length == 0) return task.Spec.Name ?? task.Spec.Type;
        return line.Length <= LongestTitle ? line : $"{line.AsSpan(0, LongestTitle)}…";
    }

    private static List<string> Notices(AgentTask task)
    {
        List<string> notices = [];
        if (task.Result == TaskResult.Partial)
            notices.Add($"this is a partial result: task {task.Id.Handle} ended {task.Outcome.Text()}{(task.Reason is null ? "" : $" ({task.Reason.Text()})")}");
        if (task.Verification == Verification.Failed) notices.Add($"it does not keep its contract: 'awoc verify {task.Id.Handle}' shows how");
        if (task.Spec.Rehearsal) notices.Add("it comes of a rehearsal, not of a language model");
        return notices;
    }
}

internal abstract record PlanEnd
{
    private PlanEnd()
    {
    }

    /// <param name="Content">The target's bytes after it.</param>
    public sealed record Made(IntegrationReport Report, byte[] Content) : PlanEnd;

    public sealed record Refused(string Why) : PlanEnd;
}
