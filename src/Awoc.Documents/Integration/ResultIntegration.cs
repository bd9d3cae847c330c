using Awoc.Core.Integration;
using Awoc.Core.Prompts;
using Awoc.Documents.Markdown;
using Awoc.Documents.Merging;

namespace Awoc.Documents.Integration;

/// <summary>
/// What a result makes of a target, by rule alone: no model, no disk, no clock. <c>docs/integration.md</c> has the rules. But for a line of a
/// reference that AWOC itself wrote, no line of the target is changed, moved or lost; the same result again changes nothing.
/// </summary>
public static class ResultIntegration
{
    /// <exception cref="ArgumentException">
    /// The mode is <see cref="IntegrationMode.Auto"/>, or it is <see cref="IntegrationMode.Merge"/> and the target neither Markdown nor
    /// JSON: text and code are merged three-way, with the base that the task saw, which is not known here.
    /// </exception>
    public static IntegrationAnswer Plan(IntegrationRequest request)
    {
        var format = OutputFormats.Of(request.TargetName);
        if (request.Mode == IntegrationMode.Auto) throw new ArgumentException("a mode must be chosen before an integration is planned", nameof(request));
        if (request.Mode == IntegrationMode.Merge && format is OutputFormat.Text or OutputFormat.Other)
            throw new ArgumentException($"{request.TargetName} is neither Markdown nor JSON: merge it three-way", nameof(request));

        if (!TextDocument.TryRead(request.Result, request.ResultName, out var result, out var fault)) return new IntegrationAnswer.Refused(fault);
        TextDocument? target = null;
        if (request.Target is not null && !TextDocument.TryRead(request.Target, request.TargetName, out target, out fault)) return new IntegrationAnswer.Refused(fault);

        // A file that does not exist yet is written as the result is.
        target ??= TextDocument.Empty(request.TargetName, result);
        return format switch
        {
            OutputFormat.Markdown => MarkdownIntegration.Plan(request, target, result),
            OutputFormat.Json => JsonIntegration.Plan(request, target, result),
            OutputFormat.Text or OutputFormat.Other => TextIntegration.Plan(request, target, result),
        };
    }
}
