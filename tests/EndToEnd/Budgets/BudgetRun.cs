using System.Globalization;
using System.Text;
using Awoc.Core.Budgets;
using Awoc.Rehearsal.Scenarios;

namespace Awoc.EndToEnd.Budgets;

/// <summary>One randomized run: a budget and a script that knows nothing of it. The same seed and number make the same run.</summary>
internal sealed record BudgetRun(int Number, string Agent, long Budget, string Yaml)
{
    private const int MostAgents = 3;

    private const double Least = 50;
    private const double Most = 20_000;

    /// <summary>Below it an agent gets no tool for sub-agents.</summary>
    private const long SubagentsFrom = 10_001;

    /// <summary>Sub-agents that the script's first answer starts side by side: their requests must be seen. 0 where it starts none.</summary>
    public int Subagents { get; private init; }

    public BudgetSplit Split => BudgetSplit.Of(Budget);

    public ScenarioSource Scenario
    {
        get
        {
            var reading = ScenarioSource.Parse(Yaml);
            return reading.Scenario ?? throw new InvalidOperationException($"{string.Join('\n', reading.Faults)}\n{Yaml}");
        }
    }

    public static BudgetRun Make(int seed, int number)
    {
        var random = new Random(Mixed(seed, number));
        var agent = number % 2 == 0 ? "claude" : "builtin";

        // A third of Claude Code's runs begin with sub-agents, and have the budget without which there is no tool for them. The first
        // always begins with several, and with room for all of them.
        var many = number == 0;
        var subagents = many ? MostAgents : agent == "claude" && random.Next(3) == 0 ? random.Next(1, MostAgents + 1) : 0;
        var least = many ? Most : subagents > 0 ? SubagentsFrom : Least;
        var budget = (long)Math.Round(Math.Exp(Between(random, Math.Log(least), Math.Log(Most))));
        return new BudgetRun(number, agent, budget, Script(random, agent, budget, subagents)) { Subagents = subagents };
    }

    /// <summary>Neighbouring seeds of <see cref="Random"/> begin alike; these do not.</summary>
    private static int Mixed(int seed, int number)
    {
        var mixed = unchecked((((ulong)(uint)seed << 32) | (uint)number) * 0x9E3779B97F4A7C15);
        mixed = unchecked((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9);
        return (int)((mixed ^ (mixed >> 27)) >> 33);
    }

    private static string Script(Random random, string agent, long budget, int begin)
    {
        var split = BudgetSplit.Of(budget);
        var text = new StringBuilder("name: random\n");

        // A model rarely hits the length it was told: some reports are short, some are cut.
        text.Append(CultureInfo.InvariantCulture, $"report: {random.Next(60, 121)}%\n").Append("steps:\n");
        var turns = random.Next(2, 9);
        if (begin > 0) AppendSubagents(text, begin);
        var subagents = agent == "claude" && budget >= SubagentsFrom && random.Next(3) == 0 ? random.Next(turns) : -1;
        for (var turn = 0; turn < turns; turn++)
        {
            if (turn == subagents) AppendSubagents(text, random.Next(1, MostAgents + 1));
            else AppendTurn(text, random, Size(random, split.Work), turn);
        }

        AppendWrite(text, "{{output}}", Size(random, split.Work));
        text.Append("  - text: Done.\nsubagents:\n  - when: a part of it\n    steps:\n");
        var parts = random.Next(1, 4);
        for (var part = 0; part < parts; part++)
            text.Append(CultureInfo.InvariantCulture, $"      - {{text: {{text: Part, tokens: {random.Next(20, 1_500)}}}, tool: {{name: Bash, input: {{command: echo part}}}}}}\n");
        text.Append(CultureInfo.InvariantCulture, $"      - text: {{text: Part of the whole., tokens: {random.Next(20, 2_500)}}}\n");
        return text.ToString();
    }

    private static void AppendTurn(StringBuilder text, Random random, int tokens, int turn)
    {
        switch (random.Next(5))
        {
            case 0:
                AppendWrite(text, $"notes-{turn}.md", tokens);
                return;
            case 1:
                text.Append(CultureInfo.InvariantCulture, $"  - thinking: {{tokens: {Math.Max(1, tokens / 2)}}}\n    text: {{text: Well., tokens: {Math.Max(1, tokens / 2)}}}\n")
                    .Append("    tool: {name: Read, input: {file_path: \"{{cwd}}/README.md\"}}\n");
                return;
            case 2:
                text.Append(CultureInfo.InvariantCulture, $"  - text: {{text: Several at once., tokens: {tokens}}}\n    tools:\n");
                var calls = random.Next(2, 5);
                for (var call = 0; call < calls; call++)
                    text.Append(CultureInfo.InvariantCulture, $"      - {{name: Bash, input: {{command: echo {turn}.{call}, description: Say it}}}}\n");
                return;
            default:
                text.Append(CultureInfo.InvariantCulture, $"  - text: {{text: Looking., tokens: {tokens}}}\n    tool: {{name: Bash, input: {{command: echo {turn}, description: Say it}}}}\n");
                return;
        }
    }

    private static void AppendWrite(StringBuilder text, string path, int tokens)
    {
        text.Append(CultureInfo.InvariantCulture, $"  - tool:\n      name: Write\n      input:\n        file_path: \"{path}\"\n        content: \"");
        const string Words = "Rehearsed words of a long document, line after line. ";
        for (var bytes = 0; bytes < tokens * 4; bytes += Words.Length) text.Append(Words);
        text.Append("\"\n");
    }

    private static void AppendSubagents(StringBuilder text, int agents)
    {
        text.Append("  - text: Sharing the work.\n    tools:\n");
        for (var agent = 0; agent < agents; agent++)
            text.Append(CultureInfo.InvariantCulture, $"      - {{name: Agent, input: {{description: Part {agent}, prompt: \"Do a part of it, number {agent}.\", subagent_type: general-purpose}}}}\n");
    }

    /// <summary>From 10 tokens to twice the work share, small and large ones alike.</summary>
    private static int Size(Random random, long work) =>
        (int)Math.Round(Math.Exp(Between(random, Math.Log(10), Math.Log(Math.Max(11, work * 2)))));

    private static double Between(Random random, double low, double high) => low + (random.NextDouble() * (high - low));
}
