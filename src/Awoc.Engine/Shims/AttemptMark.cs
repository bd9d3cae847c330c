namespace Awoc.Engine.Shims;

/// <summary>The environment entry that every process of an attempt inherits, by which it is found again in <c>/proc/*/environ</c>.</summary>
public static class AttemptMark
{
    /// <summary>The variable's name.</summary>
    public const string Variable = "AWOC_ATTEMPT";

    /// <summary>The whole entry, <c>AWOC_ATTEMPT=store/task/attempt</c>.</summary>
    public static string Of(string store, string task, int attempt) => $"{Variable}={store}/{task}/{attempt}";
}
