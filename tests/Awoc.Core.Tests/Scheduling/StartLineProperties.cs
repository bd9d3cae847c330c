using CsCheck;

namespace Awoc.Core.Tests.Scheduling;

/// <summary>Whatever happens in whatever order: limits hold, nothing starves, each task starts once, and every task ends.</summary>
public sealed class StartLineProperties
{
    private const int Runs = 10_000;

    [Fact]
    public void AnyLife_LimitsOrderBoundAndEnd_AreAsTheRulesSay() => Gen.Select(LineModel.Limits, LineModel.Steps).Sample(
        (limits, steps) =>
        {
            var model = new LineModel(limits);
            foreach (var step in steps) model.Do(step);
            model.Finish();
        },
        iter: Runs);
}
