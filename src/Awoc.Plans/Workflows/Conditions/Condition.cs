using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Awoc.Plans.Workflows.Conditions;

/// <summary>
/// A task's <c>when</c>. Asked once what the task waits for has ended.
/// <code>tasks.review.json.blocking > 0 and not failed(build) or inputs.force == "yes"</code>
/// </summary>
public abstract record Condition
{
    /// <summary>In UTF-16 units.</summary>
    public const int LongestText = 4096;

    private Condition()
    {
    }

    /// <summary>Keys of the tasks that it names, each once.</summary>
    public IEnumerable<string> Tasks => Operands.Select(o => o is Operand.OfTask task ? task.Key : null).Concat(Calls.Select(c => c.Key)).OfType<string>().Distinct();

    /// <summary>Names of the inputs that it names, each once.</summary>
    public IEnumerable<string> Inputs => Operands.OfType<Operand.Input>().Select(i => i.Name).Distinct();

    private IEnumerable<Operand> Operands => Parts().SelectMany(p => p switch
    {
        Compared c => [c.Left, c.Right],
        Alone a => [a.Value],
        _ => (IEnumerable<Operand>)[],
    });

    private IEnumerable<Called> Calls => Parts().OfType<Called>();

    public abstract bool Holds(IConditionFacts facts);

    /// <summary>The same with what its inputs stand for in their place.</summary>
    /// <param name="inputs">An input that is not there stays as it is.</param>
    public Condition Bind(IReadOnlyDictionary<string, string> inputs) => this switch
    {
        Any any => new Any([.. any.Of.Select(o => o.Bind(inputs))]),
        All all => new All([.. all.Of.Select(o => o.Bind(inputs))]),
        Not not => new Not(not.Of.Bind(inputs)),
        Compared c => c with { Left = c.Left.Bind(inputs), Right = c.Right.Bind(inputs) },
        Alone a => new Alone(a.Value.Bind(inputs)),
        _ => this,
    };

    /// <summary>As it could have been written: what parses to the same.</summary>
    public sealed override string ToString()
    {
        var text = new StringBuilder();
        Write(text, inner: false);
        return text.ToString();
    }

    private IEnumerable<Condition> Parts() => this switch
    {
        Any any => any.Of.SelectMany(o => o.Parts()),
        All all => all.Of.SelectMany(o => o.Parts()),
        Not not => not.Of.Parts(),
        _ => [this],
    };

    private void Write(StringBuilder text, bool inner)
    {
        switch (this)
        {
            case Any any:
                Join(text, any.Of, " or ", inner);
                break;
            case All all:
                Join(text, all.Of, " and ", inner);
                break;
            case Not not:
                text.Append("not ");
                not.Of.Write(text, inner: true);
                break;
            case Compared c:
                text.Append(c.Left.Text).Append(' ').Append(c.Operator).Append(' ').Append(c.Right.Text);
                break;
            case Alone a:
                text.Append(a.Value.Text);
                break;
            case Called called:
                text.Append(called.Function).Append('(').Append(called.Key).Append(')');
                break;
        }
    }

    private static void Join(StringBuilder text, ImmutableArray<Condition> of, string word, bool inner)
    {
        if (inner) text.Append('(');
        for (var i = 0; i < of.Length; i++)
        {
            if (i > 0) text.Append(word);
            of[i].Write(text, inner: true);
        }

        if (inner) text.Append(')');
    }

    public sealed record Any(ImmutableArray<Condition> Of) : Condition
    {
        public override bool Holds(IConditionFacts facts) => Of.Any(o => o.Holds(facts));

        public bool Equals(Any? other) => other is not null && Of.SequenceEqual(other.Of);

        public override int GetHashCode() => Of.Length;
    }

    public sealed record All(ImmutableArray<Condition> Of) : Condition
    {
        public override bool Holds(IConditionFacts facts) => Of.All(o => o.Holds(facts));

        public bool Equals(All? other) => other is not null && Of.SequenceEqual(other.Of);

        public override int GetHashCode() => Of.Length;
    }

    public sealed record Not(Condition Of) : Condition
    {
        public override bool Holds(IConditionFacts facts) => !Of.Holds(facts);
    }

    /// <param name="Operator"><c>== != &lt; &lt;= &gt; &gt;=</c>. What cannot be ordered is neither less nor more.</param>
    public sealed record Compared(Operand Left, string Operator, Operand Right) : Condition
    {
        public override bool Holds(IConditionFacts facts)
        {
            var (left, right) = (Left.Of(facts), Right.Of(facts));
            return Operator switch
            {
                "==" => ConditionValue.AreEqual(left, right),
                "!=" => !ConditionValue.AreEqual(left, right),
                "<" => ConditionValue.Compare(left, right) < 0,
                "<=" => ConditionValue.Compare(left, right) <= 0,
                ">" => ConditionValue.Compare(left, right) > 0,
                _ => ConditionValue.Compare(left, right) >= 0,
            };
        }
    }

    /// <summary>An operand by itself: it holds unless it is absent, false, 0 or empty.</summary>
    public sealed record Alone(Operand Value) : Condition
    {
        public override bool Holds(IConditionFacts facts) => Value.Of(facts).Holds;
    }

    /// <param name="Function"><c>succeeded</c>, <c>failed</c> (ended otherwise, and was not skipped) or <c>skipped</c>.</param>
    public sealed record Called(string Function, string Key) : Condition
    {
        public override bool Holds(IConditionFacts facts) => (Function, facts.Outcome(Key), facts.Reason(Key)) switch
        {
            ("succeeded", var outcome, _) => outcome == "succeeded",
            ("skipped", _, var reason) => reason == "skipped",
            (_, null or "succeeded", _) or (_, _, "skipped") => false,
            _ => true,
        };
    }
}

/// <summary>One side of a comparison.</summary>
public abstract record Operand
{
    private Operand()
    {
    }

    public abstract string Text { get; }

    public abstract ConditionValue Of(IConditionFacts facts);

    internal Operand Bind(IReadOnlyDictionary<string, string> inputs) =>
        this is Input(var name) && inputs.TryGetValue(name, out var value) ? new Constant(new ConditionValue.Text(value)) : this;

    public sealed record Constant(ConditionValue Value) : Operand
    {
        public override string Text => Value switch
        {
            ConditionValue.Text t => Quoted(t.Value),
            ConditionValue.Number n => n.Value.ToString(CultureInfo.InvariantCulture),
            ConditionValue.Truth t => t.Value ? "true" : "false",
            _ => "null",
        };

        public override ConditionValue Of(IConditionFacts facts) => Value;

        private static string Quoted(string text) =>
            $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
    }

    public sealed record Input(string Name) : Operand
    {
        public override string Text => $"inputs.{Name}";

        /// <summary>Whoever runs the workflow binds them first.</summary>
        public override ConditionValue Of(IConditionFacts facts) => ConditionValue.None;
    }

    /// <param name="Part"><c>outcome</c>, <c>reason</c>, <c>summary</c> or <c>json</c>.</param>
    /// <param name="Path">Of a <c>json</c>: its fields.</param>
    public sealed record OfTask(string Key, string Part, ImmutableArray<string> Path) : Operand
    {
        public override string Text => Path.IsEmpty ? $"tasks.{Key}.{Part}" : $"tasks.{Key}.{Part}.{string.Join('.', Path)}";

        public override ConditionValue Of(IConditionFacts facts) => Part switch
        {
            "outcome" => OfText(facts.Outcome(Key)),
            "reason" => OfText(facts.Reason(Key)),
            "summary" => OfText(facts.Summary(Key)),
            _ => facts.Json(Key, Path),
        };

        public bool Equals(OfTask? other) => other is not null && Key == other.Key && Part == other.Part && Path.SequenceEqual(other.Path);

        public override int GetHashCode() => HashCode.Combine(Key, Part, Path.Length);

        private static ConditionValue OfText(string? text) => text is null ? ConditionValue.None : new ConditionValue.Text(text);
    }
}
