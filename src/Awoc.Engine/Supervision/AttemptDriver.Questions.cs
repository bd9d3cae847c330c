using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Awoc.Engine.Budgets;
using Awoc.Engine.Questions;
using Awoc.Engine.Settings;

namespace Awoc.Engine.Supervision;

// The agent's questions: each puts the task in awaiting_input until a person has answered, or time has.
public sealed partial class AttemptDriver
{
    private const int ShownArguments = 200;

    private volatile OpenQuestion? _asked;
    private volatile PersonsAnswer? _given;
    private bool _awaits = task.State == TaskState.AwaitingInput;

    /// <summary>The agent waits for an answer.</summary>
    public bool HasQuestion => _asked is not null;

    /// <summary>A person's answer, already committed, to the question that is open.</summary>
    public void Answer(PersonsAnswer answer)
    {
        _given = answer;
        Nudge();
    }

    /// <summary>Asks what the agent asks, brings it the answer, and denies what nobody answers; returns the time left for an answer.</summary>
    private async Task<TimeSpan?> AskAsync(RunClock clock, CancellationToken cancellation)
    {
        while (true)
        {
            var question = _conversation.Question;
            if (_asked is { } open && open.Question.Id != question?.Id) (_asked, _given) = (null, null);
            if (question is null)
            {
                await GoOnAsync(null);
                return null;
            }

            var asked = _asked ??= await BeginAsync(question, clock);
            var left = asked.Until - clock.Elapsed;
            if ((_given ?? (left <= TimeSpan.Zero ? PersonsAnswer.Nobody : null)) is not { } answer) return left;
            if (ReferenceEquals(answer, PersonsAnswer.Nobody)) ports.Files.Note(task, "nobody answered in time: denied");
            await GoOnAsync(answer.Message);
            _given = null;
            await _conversation.AnswerAsync(question, answer.Allow, answer.Message, cancellation);
        }
    }

    private async Task<OpenQuestion> BeginAsync(AgentEvent.Question question, RunClock clock)
    {
        // Half of what is left of the work's time at most: the agent has the other half to go on without.
        var workLeft = (SoftDeadline ?? TimeSpan.FromMilliseconds(Allowances.TimeLeftMs(_budget, task.RunMs))) - clock.Elapsed;
        var patience = TimeSpan.FromSeconds(Math.Max(1, Math.Min(AnswerLimit().TotalSeconds, workLeft.TotalSeconds / 2)));
        var arguments = question.Value.Length <= ShownArguments ? question.Value : $"{question.Value.AsSpan(0, ShownArguments)}…";
        var id = task.Id.Handle;
        var words = $"may it call {question.Tool} {arguments}? 'awoc answer {id} allow' lets it, 'awoc answer {id} deny' does not, other words deny it and tell the agent what to do; unanswered, it is denied after {Duration.Text((long)patience.TotalSeconds)}";
        ports.Files.Note(task, $"asks: {words}");
        if (_awaits) await GoOnAsync(null);
        await ports.Book.ApplyAsync(task.Id, new TaskCommand.AskInput(words), CancellationToken.None, task.Fence);
        _awaits = true;
        return new OpenQuestion(question, clock.Elapsed + patience);
    }

    /// <summary>The task runs again, whether it was a person who answered or nobody had to.</summary>
    private async Task GoOnAsync(string? answer)
    {
        if (!_awaits) return;
        _awaits = false;
        // Refused where a person's answer was committed already.
        await ports.Book.ApplyAsync(task.Id, new TaskCommand.GiveInput(answer), CancellationToken.None, task.Fence);
    }

    private TimeSpan AnswerLimit()
    {
        try
        {
            return TimeSpan.FromSeconds(ports.Settings.Read(task.Spec.Cwd).AnswerSeconds);
        }
        catch (SettingsException)
        {
            return TimeSpan.FromSeconds(AwocSettings.DefaultAnswerSeconds);
        }
    }

    /// <param name="Until">In the attempt's running time.</param>
    private sealed record OpenQuestion(AgentEvent.Question Question, TimeSpan Until);
}
