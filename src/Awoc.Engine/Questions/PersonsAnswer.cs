namespace Awoc.Engine.Questions;

/// <summary>What a person says to a question of an agent.</summary>
/// <param name="Message">For a denial, what the agent reads.</param>
public sealed record PersonsAnswer(bool Allow, string? Message)
{
    /// <summary><c>allow</c>, <c>deny</c>, or words: they deny the call and are told to the agent.</summary>
    public static PersonsAnswer Of(string said) => said.Trim() switch
    {
        var word when word.Equals("allow", StringComparison.OrdinalIgnoreCase) => new(true, null),
        var word when word.Equals("deny", StringComparison.OrdinalIgnoreCase) => new(false, "The user did not allow this call. Go on without it."),
        var words => new(false, $"The user did not allow this call, and says: {words}"),
    };

    public static PersonsAnswer Nobody { get; } = new(false, "Nobody answered in time, so this call is not allowed. Go on without it.");
}
