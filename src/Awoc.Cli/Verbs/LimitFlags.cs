using System.CommandLine;
using Awoc.Client.Wire;

namespace Awoc.Cli.Verbs;

/// <summary>The flags of <c>awoc run</c> for limits, and for what happens at one. The daemon judges their values.</summary>
internal sealed class LimitFlags
{
    private readonly Option<string> _stall = Flag("--stall-timeout", "TIME", "Time without a sign of life (tokens, tools, CPU) after which it counts as hung; else 5m; off for none");
    private readonly Option<string> _cost = Flag("--max-cost", "USD", "What it may cost at list price, such as 0.50");
    private readonly Option<string> _input = Flag("--max-input-tokens", "N", "Input tokens; one read from a cache counts a tenth");
    private readonly Option<string> _turns = Flag("--max-turns", "N", "Answers of the model, those to sub-agents included");
    private readonly Option<string> _onBudget = Flag("--on-budget", "WORD", "stop (report and end; the default) or ask (wait for you, resumable)");
    private readonly Option<string> _onFailure = Flag("--on-failure", "WORD", "default (recover what costs no budget), auto (raise budgets too, up to the total) or stop");
    private readonly Option<string> _retry = Flag("--retry", "N", "Further attempts that recovery may make by itself");
    private readonly Option<string> _totalTokens = Flag("--max-total-tokens", "N", "To where recovery may raise --tokens; else twice as many");
    private readonly Option<string> _totalTime = Flag("--max-total-time", "TIME", "To where recovery may raise --timeout; else twice as long");
    private readonly Option<string> _permissions = Flag("--permissions", "WORD", "deny (the default) or ask (wait for awoc answer) where a tool needs leave");
    private readonly Option<bool> _record = new("--record") { Description = "Keep the model's requests and answers, redacted, for 'awoc rehearse --from ID'" };

    public IReadOnlyList<Option> All =>
        [_stall, _cost, _input, _turns, _onBudget, _onFailure, _retry, _totalTokens, _totalTime, _permissions, _record];

    public LaunchRequest Read(ParseResult parsed, LaunchRequest request) => request with
    {
        StallTimeout = parsed.GetValue(_stall),
        MaxCost = parsed.GetValue(_cost),
        MaxInputTokens = parsed.GetValue(_input),
        MaxTurns = parsed.GetValue(_turns),
        OnBudget = parsed.GetValue(_onBudget),
        OnFailure = parsed.GetValue(_onFailure),
        Retry = parsed.GetValue(_retry),
        MaxTotalTokens = parsed.GetValue(_totalTokens),
        MaxTotalTime = parsed.GetValue(_totalTime),
        Permissions = parsed.GetValue(_permissions),
        Record = parsed.GetValue(_record),
    };

    private static Option<string> Flag(string name, string value, string description) => new(name) { HelpName = value, Description = description };
}
