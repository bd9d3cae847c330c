using Awoc.Core.Tasks;
using Awoc.Engine.Budgets;
using Awoc.Engine.Quotas;
using Awoc.Engine.Scheduling;
using Awoc.Prompts.Catalog;

namespace Awoc.Engine.Settings;

/// <summary>The settings in force for one launch: built-in defaults, then the user's file, then the project's.</summary>
public sealed record AwocSettings
{
    /// <summary>The agent to use when none is named; null chooses by what is installed and has credentials.</summary>
    public string? Agent { get; init; }

    /// <summary>The model when none is named; the seed's default.</summary>
    public string Model { get; init; } = "sonnet";

    /// <summary>The token budget when none is given; the seed's default.</summary>
    public long Tokens { get; init; } = Core.Budgets.Budget.Default.Tokens;

    /// <summary>The time budget in seconds when none is given; the seed's default.</summary>
    public long TimeoutSeconds { get; init; } = Core.Budgets.Budget.Default.TimeoutSeconds;

    /// <summary>Seconds without a sign of life when none are given; null is no limit.</summary>
    public long? StallSeconds { get; init; } = Core.Budgets.Budget.Default.StallSeconds;

    /// <summary>A task's limit in US dollars when none is given; null is no limit.</summary>
    public decimal? MaxCostUsd { get; init; }

    public OnBudget OnBudget { get; init; }

    public OnFailure OnFailure { get; init; }

    public OnPermission OnPermission { get; init; }

    public const long DefaultAnswerSeconds = 1800;

    /// <summary>How long a question of an agent waits for a person, in seconds, before it is denied.</summary>
    public long AnswerSeconds { get; init; } = DefaultAnswerSeconds;

    public const int DefaultMends = 1;

    /// <summary>How often an agent is asked to mend a result that breaks its contract, when a task says nothing.</summary>
    public int Mends { get; init; } = DefaultMends;

    public const long DefaultConfirmTokens = 500_000;
    public const decimal DefaultConfirmUsd = 10;

    /// <summary>Token budgets of a batch together above which the user's word is asked.</summary>
    public long ConfirmTokens { get; init; } = DefaultConfirmTokens;

    /// <summary>US dollars that a batch may cost above which the user's word is asked.</summary>
    public decimal ConfirmUsd { get; init; } = DefaultConfirmUsd;

    /// <summary>Keep every task's requests and answers, redacted.</summary>
    public bool RecordWire { get; init; }

    /// <summary>The limits that tasks share.</summary>
    public PoolSettings Pools { get; init; } = PoolSettings.None;

    /// <summary>What holds for usage windows.</summary>
    public QuotaSettings Quota { get; init; } = QuotaSettings.Default;

    /// <summary>Agents kept warm.</summary>
    public Pool.SpareSettings Spares { get; init; } = Pool.SpareSettings.Default;

    /// <summary>Attempts at once; null derives it from cores and memory.</summary>
    public int? Concurrency { get; init; }

    /// <summary>Limits of queues, agents and models.</summary>
    public QueueSettings Queues { get; init; } = QueueSettings.None;

    public AlertSettings Alerts { get; init; } = new(null, null);

    /// <summary>What is done by itself when an attempt does not succeed.</summary>
    public Core.Recovery.RecoverySettings Recovery { get; init; } = Core.Recovery.RecoverySettings.Default;

    /// <summary>How large what tasks share may be.</summary>
    public Contexts.ContextSettings Contexts { get; init; } = Engine.Contexts.ContextSettings.Default;

    /// <summary>Settings of single agents by the agent's name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Agents { get; init; } =
        new Dictionary<string, IReadOnlyDictionary<string, string>>();

    public IReadOnlyDictionary<string, string> ForAgent(string name) =>
        Agents.TryGetValue(name, out var settings) ? settings : new Dictionary<string, string>();
}

/// <summary>Who is told of what needs a person.</summary>
/// <param name="Command">A shell command that gets each alert as JSON on standard input; null for none.</param>
/// <param name="Webhook">Where each alert is posted as JSON; null for nowhere.</param>
public sealed record AlertSettings(string? Command, Uri? Webhook);

/// <summary>Reads settings anew, so that a change holds from the next launch on.</summary>
public interface ISettingsSource
{
    /// <param name="cwd">The directory whose project file counts; null for the user's alone.</param>
    /// <exception cref="SettingsException">A file cannot be read: its message names file, line and what is allowed.</exception>
    AwocSettings Read(string? cwd);

    /// <summary>The task types there are for a directory: the built-in ones, the user's and the project's.</summary>
    /// <inheritdoc cref="Read"/>
    TaskTypeCatalog Types(string? cwd);
}

/// <summary>A settings file is wrong; the message is for the person who wrote it.</summary>
public sealed class SettingsException(string message) : Exception(message);
