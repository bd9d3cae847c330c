namespace Awoc.Rehearsal.Planner;

/// <summary>How much a realistic run says, in tokens.</summary>
/// <param name="Turns">Turns with tools before the report.</param>
/// <param name="Tokens">Of such a turn on average; they vary from half to one and a half of it.</param>
/// <param name="Report">Of the report.</param>
internal sealed record PlannerFigures(int Turns, int Tokens, int Report)
{
    public const int DefaultTurns = 5;
    public const int DefaultTokens = 200;
    public const int DefaultReport = 2_000;

    private static readonly double[] s_sizes = [0.5, 1.5, 1.0, 0.75, 1.25];

    /// <param name="turn">From 0.</param>
    public int OfTurn(int turn) => (int)(Tokens * s_sizes[turn % s_sizes.Length]);
}
