namespace Awoc.Client.Wire;

/// <summary>What <c>awoc answer</c> sends.</summary>
/// <param name="Answer"><c>allow</c>, <c>deny</c> or words for an agent's question; <c>stop</c> for a task that waits for more of its budget.</param>
public sealed record AnswerRequest(string Answer);
