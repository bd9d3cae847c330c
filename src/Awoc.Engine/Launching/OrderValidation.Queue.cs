using System.Globalization;
using Awoc.Core.Scheduling;
using Awoc.Core.Tasks;

namespace Awoc.Engine.Launching;

/// <summary>Where it waits, and how it stands among those that wait there.</summary>
internal sealed partial class OrderValidation
{
    public string Queue() => Name("--queue", order.Queue) ?? TaskSpec.DefaultQueue;

    public int Priority()
    {
        if (order.Priority is not { } given) return 0;
        if (int.TryParse(given, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && Math.Abs((long)value) <= StartOrder.MostPriority) return value;
        Fault("--priority", given, $"a whole number from -{StartOrder.MostPriority} to {StartOrder.MostPriority}");
        return 0;
    }
}
