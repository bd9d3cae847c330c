using Awoc.Core.Tasks;

namespace Awoc.Core.Lifecycle;

/// <summary>What a task waits for, in words for a person.</summary>
public static class WaitTexts
{
    private const int Named = 3;

    /// <summary>The tasks of a condition: <c>tasks 9f86d0, 1b2c3d and 4 more</c>.</summary>
    public static string For(StartCondition start)
    {
        var ids = start.Tasks.Select(id => id.Handle).ToList();
        var named = string.Join(", ", ids.Take(Named));
        return ids.Count switch
        {
            0 => "its condition",
            1 => $"task {named}",
            <= Named => $"tasks {named}",
            _ => $"tasks {named} and {ids.Count - Named} more",
        };
    }
}
