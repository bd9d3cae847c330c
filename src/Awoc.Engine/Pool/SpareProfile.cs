using Awoc.Core.Tasks;
using Awoc.Engine.Supervision;
using Awoc.Engine.Verifying;

namespace Awoc.Engine.Pool;

/// <summary>What a start depends on besides agent, model and directory, in a few words.</summary>
internal static class SpareProfile
{
    /// <summary>An agent that may generate more is started like any other.</summary>
    private const long SmallBudget = 32_000;

    public static string Of(LaunchSubject subject)
    {
        List<string> words = [];
        if (subject.Spec.Rehearsal) words.Add("rehearsal");
        if (subject.TokensLeft < SmallBudget) words.Add(FormattableString.Invariant($"{subject.TokensLeft} tokens"));
        if (NativeSchema.Of(subject.Spec) is not null) words.Add($"schema of {subject.Spec.Type}");
        if (subject.Spec.OnPermission == OnPermission.Ask) words.Add("asks");
        if (subject.Secrets.Count > 0) words.Add($"with {string.Join(", ", subject.Secrets.Keys.Order(StringComparer.Ordinal))}");
        return words.Count == 0 ? "default" : string.Join(", ", words);
    }
}
