using System.Text;
using Awoc.Core.Catalog;
using Awoc.Core.Integration;
using Awoc.Core.Tasks;
using Awoc.Documents.Integration;

namespace Awoc.Documents.Tests;

/// <summary>Integrations of texts, as the tests ask for them.</summary>
internal static class Requests
{
    public static readonly ResultOrigin Origin = new(
        TaskId.Parse("1763876543-9f86d081884c"), "api-research", "Stripe payments", TaskOutcome.Succeeded,
        new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero), ".awoc/stripe.md", "Stripe is usable.");

    public static readonly ResultOrigin Other = Origin with { Task = TaskId.Parse("1763876600-aaaabbbbcccc"), Title = "Adyen payments", Link = ".awoc/adyen.md" };

    public static IntegrationRequest Of(IntegrationMode mode, string? target, string result, string name = "doc.md", bool marks = false) => new()
    {
        Mode = mode,
        TargetName = name,
        Target = target is null ? null : Encoding.UTF8.GetBytes(target),
        ResultName = "result" + Path.GetExtension(name),
        Result = Encoding.UTF8.GetBytes(result),
        Origin = Origin,
        Method = TaskTypes.Find("research")!.Method,
        Marks = marks,
    };

    public static IntegrationAnswer.Planned Plan(IntegrationRequest request) => Assert.IsType<IntegrationAnswer.Planned>(ResultIntegration.Plan(request));

    public static DocumentFault Refuse(IntegrationRequest request) => Assert.IsType<IntegrationAnswer.Refused>(ResultIntegration.Plan(request)).Fault;

    public static string Text(this IntegrationAnswer.Planned planned) => Encoding.UTF8.GetString(planned.Content);

    /// <summary>The text after, with the law checked on the way: nothing is lost, and again changes nothing.</summary>
    public static string After(IntegrationRequest request)
    {
        var planned = Plan(request);
        Laws.HoldsLines(request.Target ?? [], planned.Content);
        var again = Plan(request with { Target = planned.Content });
        Assert.Equal(planned.Text(), again.Text());
        Assert.False(again.Changed);
        return planned.Text();
    }

    public static string Merge(string target, string result, bool marks = false) => After(Of(IntegrationMode.Merge, target, result, marks: marks));
}
