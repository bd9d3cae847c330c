using Awoc.Client.Wire;

namespace Awoc.Client;

/// <summary>A request that was refused or could not be made. The message is the problem's one sentence for a person.</summary>
public sealed class AwocException : Exception
{
    /// <summary>An error that the daemon answered with.</summary>
    public AwocException(Problem problem, Exception? inner = null)
        : base(problem?.Title, inner) => Problem = problem ?? throw new ArgumentNullException(nameof(problem));

    /// <summary>The error, with every fault of the request.</summary>
    public Problem Problem { get; }

    /// <summary>The exit code a program should end with.</summary>
    public int ExitCode => ExitCodes.OfProblem(Problem.Type);

    /// <summary>An error of the way to the daemon, in the daemon's own form.</summary>
    /// <param name="title">One sentence that names the thing and the next step.</param>
    /// <param name="detail">More lines, such as what the daemon wrote before it died.</param>
    /// <param name="inner">Where it came from.</param>
    public static AwocException Unavailable(string title, string? detail = null, Exception? inner = null) =>
        new(new Problem { Type = ProblemTypes.Unavailable, Title = title, Status = 503, Detail = detail }, inner);
}
