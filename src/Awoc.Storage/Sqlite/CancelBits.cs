using Awoc.Core.Tasks;

namespace Awoc.Storage.Sqlite;

/// <summary>The column <c>cancel_requested</c>: 1 for the task, 2 for its series.</summary>
internal static class CancelBits
{
    private const long Task = 1;
    private const long Series = 2;

    public static long Of(AgentTask task) => (task.CancelRequested ? Task : 0) | (task.SeriesCanceled ? Series : 0);

    public static bool HasTask(long bits) => (bits & Task) != 0;

    public static bool HasSeries(long bits) => (bits & Series) != 0;
}
