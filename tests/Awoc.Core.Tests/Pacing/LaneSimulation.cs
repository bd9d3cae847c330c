using Awoc.Core.Pacing;

namespace Awoc.Core.Tests.Pacing;

/// <summary>
/// Agents at an API with a limit, in virtual time: each asks, waits for the answer, thinks a little and asks again. With a
/// limiter all ask through it, and what was refused is asked again through it; without one each agent retries by itself as
/// Claude Code does, and fails when its tries are used up.
/// </summary>
internal sealed class LaneSimulation(LimitedApi api, LaneLimiter? limiter, int agents, int requestsEach, int seed)
{
    private static readonly double[] s_ownRetries = [0.6, 1.1, 2.2, 4.5, 9, 17, 38, 38, 38, 38];

    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> _events = new();
    private readonly Queue<Agent> _waiting = [];
    private readonly Random _random = new(seed);
    private readonly DateTimeOffset _began = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);
    private TimeSpan _now;
    private TimeSpan _lookAt = TimeSpan.MaxValue;
    private long _order;

    public int Succeeded { get; private set; }
    public int Failed { get; private set; }

    /// <summary>From the first request to the last answer.</summary>
    public TimeSpan Took { get; private set; }

    /// <summary>Accepted requests as a share of what the API would have borne in that time.</summary>
    public double Utilization(double perSecond) => api.Accepted / (perSecond * Took.TotalSeconds);

    public double Rejected => api.Refused / (double)(api.Accepted + api.Refused);

    public int MostInFlight { get; private set; }

    public LaneSimulation Run()
    {
        for (var i = 0; i < agents; i++) At(TimeSpan.FromMilliseconds(_random.Next(200)), new Agent(requestsEach), Ask);
        while (_events.TryDequeue(out var next, out var when))
        {
            _now = when.At;
            if (_now > TimeSpan.FromHours(3)) throw new InvalidOperationException($"stuck: {_waiting.Count} wait");
            next();
        }

        return this;
    }

    private void At(TimeSpan after, Agent agent, Action<Agent> what) => _events.Enqueue(() => what(agent), (_now + after, _order++));

    private void Ask(Agent agent)
    {
        if (limiter is null)
        {
            Send(agent, null);
            return;
        }

        _waiting.Enqueue(agent);
        Pump();
    }

    private void Pump()
    {
        while (_waiting.TryPeek(out var agent))
        {
            var decision = limiter!.TryStart(Moment());
            if (decision.Ticket is { } ticket)
            {
                _waiting.Dequeue();
                MostInFlight = Math.Max(MostInFlight, limiter.InFlight);
                Send(agent, ticket);
                continue;
            }

            if (decision.AskAgain is { } wait && (_now + wait < _lookAt || _lookAt <= _now))
            {
                _lookAt = _now + wait;
                _events.Enqueue(Pump, (_lookAt, _order++));
            }

            return;
        }
    }

    private void Send(Agent agent, LaneTicket? ticket)
    {
        At(TimeSpan.FromMilliseconds(_random.Next(5, 100)), agent, _ =>
        {
            var (status, signs) = api.Ask(_now);

            // A refusal comes at once; the model takes its time to begin, and then to end.
            var head = TimeSpan.FromMilliseconds(status == 200 ? _random.Next(100, 2500) : 5);
            At(head, agent, a =>
            {
                if (ticket is not null) limiter!.Answered(ticket, status, signs, Moment());
                if (status == 200) At(TimeSpan.FromMilliseconds(_random.Next(100, 1500)), a, done => Over(done, ticket, status, signs));
                else Over(a, ticket, status, signs);
                if (limiter is not null) Pump();
            });
        });
    }

    private void Over(Agent agent, LaneTicket? ticket, int status, LimitSigns signs)
    {
        if (ticket is not null) limiter!.Done(ticket);
        if (status == 200)
        {
            agent.Left--;
            agent.Tries = 0;
            if (agent.Left == 0) End(succeeded: true);
            else At(TimeSpan.FromMilliseconds(_random.Next(50, 1000)), agent, Ask);
        }
        else if (ticket is not null) Ask(agent);
        else if (agent.Tries == s_ownRetries.Length) End(succeeded: false);
        else
        {
            var own = TimeSpan.FromSeconds(s_ownRetries[agent.Tries++] * (0.9 + (0.2 * _random.NextDouble())));
            At(signs.RetryAfter is { } least && least > own ? least : own, agent, Ask);
        }

        if (limiter is not null) Pump();
    }

    private void End(bool succeeded)
    {
        if (succeeded) Succeeded++;
        else Failed++;
        Took = _now;
    }

    private Moment Moment() => new(_now, _began + _now);

    private sealed class Agent(int left)
    {
        public int Left { get; set; } = left;
        public int Tries { get; set; }
    }
}
