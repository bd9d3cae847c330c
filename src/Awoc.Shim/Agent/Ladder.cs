using Awoc.Shim.Native;
using Awoc.Shim.Records;

namespace Awoc.Shim.Agent;

/// <summary>The way an agent is ended: each step, then its grace, until it has ended.</summary>
internal sealed class Ladder(List<Step> steps, ProcessTree tree, StdinPump stdin)
{
    private readonly List<(StepKind Do, long AtUs)> _taken = [];
    private bool _skipLine, _skipInt, _skipTerm;
    private int _next;
    private long _beganUs;
    private long _dueUs;

    /// <summary>Why it runs; null while it does not.</summary>
    internal string? Cause { get; private set; }

    internal IReadOnlyList<(StepKind Do, long AtUs)> Taken => _taken;

    /// <summary>Begins, or, where it runs already, leaves out further steps and moves on from one that is left out. The first cause stays.</summary>
    internal void Begin(string cause, bool skipLine = false, bool skipInt = false, bool skipTerm = false)
    {
        _skipLine |= skipLine;
        _skipInt |= skipInt;
        _skipTerm |= skipTerm;
        var now = Clock.NowUs();
        if (Cause is null)
        {
            Cause = cause;
            _beganUs = _dueUs = now;
        }
        else if (_next > 0 && IsSkipped(steps[_next - 1].Do))
        {
            _dueUs = now;
        }
    }

    internal void Prepare(Poll poll)
    {
        if (Cause is not null) poll.Until(_dueUs);
    }

    internal void Advance(long nowUs)
    {
        while (Cause is not null && nowUs >= _dueUs)
        {
            // What does not die of SIGKILL (uninterruptible sleep) is killed again.
            var step = steps[Math.Min(_next, steps.Count - 1)];
            if (_next < steps.Count) _next++;
            if (IsSkipped(step.Do) || (step.Do == StepKind.Line && !stdin.Ask(step.Text ?? []))) continue;
            if (_taken.Count < 64) _taken.Add((step.Do, nowUs - _beganUs));
            _dueUs = nowUs + Math.Max(step.GraceUs, 1000);
            switch (step.Do)
            {
                case StepKind.Line: break;
                case StepKind.Int: tree.SignalGroup(Signals.Int); break;
                case StepKind.Term: tree.SignalGroup(Signals.Term); break;
                case StepKind.Kill: tree.Kill(); break;
            }
        }
    }

    private bool IsSkipped(StepKind kind) => kind switch
    {
        StepKind.Line => _skipLine,
        StepKind.Int => _skipInt,
        StepKind.Term => _skipTerm,
        StepKind.Kill => false,
    };
}
