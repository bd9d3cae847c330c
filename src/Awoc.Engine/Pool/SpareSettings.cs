namespace Awoc.Engine.Pool;

/// <summary>How many agents are kept warm, and for how long.</summary>
/// <param name="Size">Spares at once, over all kinds; 0 keeps none.</param>
/// <param name="MaxAge">An older one is never handed out.</param>
public sealed record SpareSettings(int Size, TimeSpan MaxAge)
{
    public const int MostSpares = 32;

    public static SpareSettings Default { get; } = new(3, TimeSpan.FromMinutes(15));
}
