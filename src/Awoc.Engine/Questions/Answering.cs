using Awoc.Core.Agents;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Awoc.Engine.Scheduling;
using Awoc.Engine.Supervision;
using Awoc.Engine.Tasks;

namespace Awoc.Engine.Questions;

/// <summary>Brings a person's answer to the task that waits for it.</summary>
public sealed class Answering(EnginePorts ports, Dispatcher dispatcher)
{
    private const string Stop = "stop";
    private const int LongestAnswer = 10_000;

    /// <param name="said"><c>allow</c>, <c>deny</c> or words for an agent's question; <c>stop</c> for a task that waits for more of its budget.</param>
    /// <param name="by">Who answers, for the task's log.</param>
    public async Task<AnswerOutcome> AnswerAsync(TaskId id, string said, string by, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(said) || said.Length > LongestAnswer)
            return new AnswerOutcome.Invalid(new SpecFault("answer", said.Length > LongestAnswer ? $"{said.Length} characters" : said, $"allow, deny, stop, or words of at most {LongestAnswer} characters"));
        if (await ports.Book.Store.FindAsync(id, cancellation) is not { } task) return new AnswerOutcome.NotFound();
        if (task.State != TaskState.AwaitingInput)
            return new AnswerOutcome.Conflict($"task {id.Handle} asks nothing: it {(task.Outcome is { } outcome ? $"has ended {outcome.Text()}" : $"is {task.State.Text()}")}");
        if (task.SpentBudget is { } spent) return await OfBudgetAsync(task, spent, said, by, cancellation);
        if (!task.InAttempt) return new AnswerOutcome.Conflict($"task {id.Handle} {task.WaitsFor}: an answer does not help");

        // Committed first: of two answers one counts. Should this daemon die before the agent is told, the next asks anew.
        if (dispatcher.Find(id) is not { HasQuestion: true } driver) return new AnswerOutcome.Conflict($"task {id.Handle} is just being taken up again: answer in a moment");
        switch (await ports.Book.TryApplyAsync(task, new TaskCommand.GiveInput(said.Trim()), cancellation))
        {
            case BookEntry.Applied(var answered):
                driver.Answer(PersonsAnswer.Of(said));
                ports.Files.Update(answered);
                ports.Files.Note(answered, $"answered by {by}: {said.Trim().ReplaceLineEndings(" ")}");
                return new AnswerOutcome.Accepted(answered);
            default:
                return new AnswerOutcome.Conflict($"task {id.Handle} asks nothing any more");
        }
    }

    private async Task<AnswerOutcome> OfBudgetAsync(AgentTask task, EndReason spent, string said, string by, CancellationToken cancellation)
    {
        if (!said.Trim().Equals(Stop, StringComparison.OrdinalIgnoreCase))
        {
            return new AnswerOutcome.Conflict(
                $"task {task.Id.Handle} waits for more of its budget ({spent.Text()}): 'awoc topup {task.Id.Handle} {Core.Alerts.Remedy.More(task.Spec.Budget, spent)}' lets it go on, 'awoc answer {task.Id.Handle} {Stop}' ends it");
        }

        if (await ports.Book.TryApplyAsync(task, new TaskCommand.LetEnd(by), cancellation) is not BookEntry.Applied(var ended))
            return new AnswerOutcome.Conflict($"task {task.Id.Handle} does not wait any more");
        ports.Vault.Forget(task.Id);
        ports.Files.Update(ended);
        ports.Files.Note(ended, $"let end by {by}");
        return new AnswerOutcome.Accepted(ended);
    }
}

public abstract record AnswerOutcome
{
    private AnswerOutcome()
    {
    }

    public sealed record Accepted(AgentTask Task) : AnswerOutcome;

    public sealed record Invalid(SpecFault Fault) : AnswerOutcome;

    public sealed record Conflict(string Why) : AnswerOutcome;

    public sealed record NotFound : AnswerOutcome;
}
