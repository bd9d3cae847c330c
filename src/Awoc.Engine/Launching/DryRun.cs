using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Engine.Contexts;
using Awoc.Engine.Supervision;
using Awoc.Engine.Verifying;
using Awoc.Prompts;

namespace Awoc.Engine.Launching;

/// <summary>What a launch would do. Nothing is stored and no id is used up.</summary>
public sealed class DryRun(EnginePorts ports)
{
    /// <summary>Characters from which a secret's value is masked: a shorter one stands in many an innocent word.</summary>
    private const int LeastSecret = 6;

    public async Task<LaunchAnswer> PreviewAsync(LaunchOrder order, CancellationToken cancellation)
    {
        var site = new LaunchSite(ports);
        var made = new SpecDraft(ports, site).Of(order);
        if (made is not SpecAnswer.Made(var drafted, var choice, var notices)) return LaunchAnswer.Of(made);
        var id = TaskId.New(ports.Time);
        var (spec, faults) = (await new Dependencies(ports, BatchOrder.Of(order), [id]).PutIntoAsync([drafted], cancellation)).Single();
        if (faults.Count > 0) return new LaunchAnswer.Invalid(faults);
        var attempt = ports.Paths.Task(id).Attempt(1);
        var staging = attempt.Staging(spec.Output);
        var configured = ports.Settings.Read(spec.Cwd);
        var block = choice.Runner!.Traits.UsesModel ? await ports.Contexts.ComposeAsync(spec, configured, cancellation) : null;
        var prompt = TaskPrompt.Build(spec, id, staging, AgentTools.Default, inline: ContextFiles.Beside(spec, block?.Mention), shared: block?.Mention);
        var plan = choice.Runner!.Plan(new AttemptContext
        {
            Task = id,
            Attempt = 1,
            Spec = spec,
            Prompt = prompt,
            Directory = attempt.Path,
            StagingPath = staging,
            Session = Guid.Empty.ToString(),
            Availability = choice.Availability!,
            GatewayToken = "(the attempt's own token)",
            TokensLeft = spec.Budget.Tokens,
            Schema = NativeSchema.Of(spec),
            Settings = configured.ForAgent(choice.Runner.Name),
            Shared = block is null ? null : new SharedContext(block.Parts, SharedTexts.PathOf(ports.Paths, block.Text), ForAnHour: false),
        });
        var past = spec.Rehearsal ? PastUse.None : PastUse.Of(await site.PastAsync(spec.Type, spec.Agent, cancellation));
        return new LaunchAnswer.Previewed(spec, Masked(plan, order.Secrets.Values), prompt, choice.Runner.Traits.Exactness)
        {
            Shared = block?.Text,
            Notices = [.. notices, .. block?.Notices ?? [], .. await site.ForewarnAsync(spec, cancellation)],
            Past = past,
        };
    }

    /// <summary>A command may hold a secret in so many words; it is not to reach a terminal or a log.</summary>
    private static LaunchPlan Masked(LaunchPlan plan, IEnumerable<string> secrets)
    {
        var telling = secrets.Where(s => s.Length >= LeastSecret).ToList();
        return plan with { Argv = [.. plan.Argv.Select(word => telling.Aggregate(word, (text, secret) => text.Replace(secret, "***", StringComparison.Ordinal)))] };
    }
}
