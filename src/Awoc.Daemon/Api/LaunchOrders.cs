using System.Security.Cryptography;
using System.Text;
using Awoc.Client.Wire;
using Awoc.Engine.Launching;

namespace Awoc.Daemon.Api;

/// <summary>Launches from the wire as the engine takes them.</summary>
internal static class LaunchOrders
{
    private const string KeyHeader = "idempotency-key";
    private const int GroupDigits = 8;

    public static string? Key(HttpContext context) => context.Request.Headers[KeyHeader].ToString() is { Length: > 0 } given ? given : null;

    /// <summary>A name for a batch that brings none: the same each time that the request is sent.</summary>
    public static string GroupOf(string? idempotencyKey) => "batch-" + (idempotencyKey is null
        ? RandomNumberGenerator.GetHexString(GroupDigits, lowercase: true)
        : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(idempotencyKey)))[..GroupDigits]);

    public static BatchOrder Of(BatchRequest request, string group)
    {
        var (environment, secrets) = (WithValues(request.Environment), WithValues(request.Secrets));
        return new BatchOrder([.. request.Tasks.Select(Entry)]) { Group = group, MaxCost = request.MaxCost };

        BatchEntry Entry(BatchTask? task)
        {
            var launch = task?.Launch ?? throw new BadHttpRequestException("a task of the batch has no 'launch'");
            var order = Of(
                launch,
                launch.Environment.Count == 0 ? environment : WithValues(launch.Environment),
                launch.Secrets.Count == 0 ? secrets : WithValues(launch.Secrets));
            return new BatchEntry(task.Key, order) { Step = task.Step is { } step ? new StepOrder(step.Workflow, step.InputsSha, step.When) : null };
        }
    }

    /// <summary>JSON may say null where the type does not.</summary>
    private static Dictionary<string, string> WithValues(IReadOnlyDictionary<string, string> variables) =>
        variables.Where(v => v.Value is not null).ToDictionary(v => v.Key, v => v.Value);

    public static LaunchOrder Of(LaunchRequest request) => Of(request, WithValues(request.Environment), WithValues(request.Secrets));

    private static LaunchOrder Of(
        LaunchRequest request, IReadOnlyDictionary<string, string> environment, IReadOnlyDictionary<string, string> secrets) => new()
        {
            Task = request.Task,
            Output = request.Output,
            Model = request.Model,
            Tokens = request.Tokens,
            Timeout = request.Timeout,
            StallTimeout = request.StallTimeout,
            MaxCost = request.MaxCost,
            MaxInputTokens = request.MaxInputTokens,
            MaxTurns = request.MaxTurns,
            OnBudget = request.OnBudget,
            OnFailure = request.OnFailure,
            Retry = request.Retry,
            MaxTotalTokens = request.MaxTotalTokens,
            MaxTotalTime = request.MaxTotalTime,
            Permissions = request.Permissions,
            Record = request.Record,
            Agent = request.Agent,
            Cwd = request.Cwd,
            Context = [.. request.Context.Select(c => c ?? "")],
            Name = request.Name,
            Group = request.Group,
            Queue = request.Queue,
            Priority = request.Priority,
            After = [.. request.After.Select(r => r ?? "")],
            AfterAny = [.. request.AfterAny.Select(r => r ?? "")],
            AfterEnded = [.. request.AfterEnded.Select(r => r ?? "")],
            OnUnmet = request.OnUnmet,
            At = request.At,
            In = request.In,
            Cron = request.Cron,
            Zone = request.Zone,
            Overwrite = request.Overwrite,
            AllowOutside = request.AllowOutside,
            Schema = request.Schema,
            Strict = request.Strict,
            Mends = request.Mends,
            Integrate = request.Integrate,
            ParentSession = request.ParentSession,
            Environment = environment,
            Secrets = secrets,
        };
}
