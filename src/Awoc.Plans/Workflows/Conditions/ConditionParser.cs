using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Awoc.Core.Catalog;

namespace Awoc.Plans.Workflows.Conditions;

/// <summary>A condition, or the first thing that is wrong with its text.</summary>
public abstract record ConditionReading
{
    private ConditionReading()
    {
    }

    public sealed record Read(Condition Condition) : ConditionReading;

    /// <param name="Offset">Into the text.</param>
    public sealed record Refused(int Offset, string What) : ConditionReading;
}

/// <summary>
/// Reads a condition by recursive descent, which the limit on nesting bounds. From loosest to tightest: <c>or</c>, <c>and</c>,
/// <c>not</c>, a comparison, a value or call or parentheses.
/// </summary>
public sealed class ConditionParser
{
    private const int MaxDepth = 32;

    private static readonly string[] s_functions = ["succeeded", "failed", "skipped"];
    private static readonly string[] s_parts = ["outcome", "reason", "summary", "json"];

    private readonly string _text;
    private int _at;
    private int _depth;

    private ConditionParser(string text) => _text = text;

    /// <summary>Never throws, whatever the text is.</summary>
    public static ConditionReading Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > Condition.LongestText) return new ConditionReading.Refused(0, $"it has more than {Condition.LongestText} characters");
        var parser = new ConditionParser(text);
        try
        {
            var condition = parser.Or();
            parser.Skip();
            if (parser._at == text.Length) return new ConditionReading.Read(condition);
            throw parser.Unexpected("and, or, or the end");
        }
        catch (SyntaxException wrong)
        {
            return new ConditionReading.Refused(wrong.Offset, wrong.Message);
        }
    }

    private Condition Or()
    {
        List<Condition> of = [And()];
        while (Word("or")) of.Add(And());
        return of is [var one] ? one : new Condition.Any([.. of.SelectMany(o => o is Condition.Any inner ? inner.Of : [o])]);
    }

    private Condition And()
    {
        List<Condition> of = [Not()];
        while (Word("and")) of.Add(Not());
        return of is [var one] ? one : new Condition.All([.. of.SelectMany(o => o is Condition.All inner ? inner.Of : [o])]);
    }

    private Condition Not()
    {
        var negated = false;
        while (Word("not")) negated = !negated;
        var of = Primary();
        if (!negated) return of;
        return of is Condition.Not(var inner) ? inner : new Condition.Not(of);
    }

    private Condition Primary()
    {
        Skip();
        if (Take('('))
        {
            if (++_depth > MaxDepth) throw Wrong(_at - 1, $"it is nested deeper than {MaxDepth} parentheses");
            var inner = Or();
            Skip();
            if (!Take(')')) throw Unexpected("')'");
            _depth--;
            return inner;
        }

        var start = _at;
        if (Name() is { } word)
        {
            Skip();
            if (Take('(')) return Call(start, word);
            _at = start;
        }

        var left = Value();
        return Operator() is { } sign ? new Condition.Compared(left, sign, Value()) : new Condition.Alone(left);
    }

    private Condition.Called Call(int start, string function)
    {
        if (!s_functions.Contains(function)) throw Wrong(start, $"there is no {Shown(function)}(){Hint(function, s_functions)}; there are {string.Join(", ", s_functions.Select(f => $"{f}(KEY)"))}");
        Skip();
        var key = Name() ?? throw Unexpected("a task's key");
        Skip();
        return Take(')') ? new Condition.Called(function, key) : throw Unexpected("')'");
    }

    private Operand Value()
    {
        Skip();
        var start = _at;
        if (_at == _text.Length) throw Unexpected("a value");
        var c = _text[_at];
        if (c is '"' or '\'') return new Operand.Constant(new ConditionValue.Text(Quoted(c)));
        if (char.IsAsciiDigit(c) || c is '-' or '.') return Number();
        switch (Name())
        {
            case null:
                throw Unexpected("a value: tasks.KEY.outcome, inputs.NAME, \"text\", a number, true, false or null");
            case "true":
                return new Operand.Constant(new ConditionValue.Truth(true));
            case "false":
                return new Operand.Constant(new ConditionValue.Truth(false));
            case "null":
                return new Operand.Constant(ConditionValue.None);
            case "inputs":
                return new Operand.Input(Next("an input's name"));
            case "tasks":
                var key = Next("a task's key");
                var at = _at + 1;
                var part = Next(string.Join(", ", s_parts));
                if (!s_parts.Contains(part)) throw Wrong(at, $"a task has no {Shown(part)}{Hint(part, s_parts)}; it has {string.Join(", ", s_parts)}");
                List<string> path = [];
                while (part == "json" && (path.Count == 0 || Peek('.'))) path.Add(Next("a field's name"));
                return new Operand.OfTask(key, part, [.. path]);
            case var word:
                throw Wrong(start, $"{Shown(word)} stands for nothing{Hint(word, ["tasks", "inputs", "true", "false", "null", "not", "and", "or"])}: text goes into quotes, and names begin with tasks. or inputs.");
        }
    }

    private string Next(string what) => Take('.') && Name(digits: true) is { } name ? name : throw Unexpected($"'.' and {what}");

    private Operand.Constant Number()
    {
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '.' or '-' or '+')) _at++;
        var text = _text[start.._at];
        return decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? new Operand.Constant(new ConditionValue.Number(number))
            : throw Wrong(start, $"{Shown(text)} is no number");
    }

    private string Quoted(char quote)
    {
        var start = _at++;
        var text = new StringBuilder();
        while (_at < _text.Length && _text[_at] != quote)
        {
            // Only what would end the text, and the sign itself, are escaped: a Windows path stays readable.
            if (_text[_at] == '\\' && _at + 1 < _text.Length && (_text[_at + 1] == quote || _text[_at + 1] == '\\')) _at++;
            text.Append(_text[_at++]);
        }

        return Take(quote) ? text.ToString() : throw Wrong(start, "a quote that is not closed");
    }

    private string? Operator()
    {
        Skip();
        foreach (var sign in (ReadOnlySpan<string>)["==", "!=", "<=", ">=", "<", ">"])
        {
            if (!_text.AsSpan(_at).StartsWith(sign, StringComparison.Ordinal)) continue;
            _at += sign.Length;
            return sign;
        }

        if (Peek('=')) throw Wrong(_at, "'=' compares nothing: write '=='");
        if (Peek('&') || Peek('|') || Peek('!')) throw Wrong(_at, $"'{_text[_at]}' is no operator: write and, or, not");
        return null;
    }

    private bool Word(string word)
    {
        Skip();
        var start = _at;
        if (Name() == word) return true;
        _at = start;
        return false;
    }

    /// <summary>A key may have a hyphen, as there is no arithmetic.</summary>
    private string? Name(bool digits = false)
    {
        var start = _at;
        if (_at == _text.Length || !(char.IsAsciiLetter(_text[_at]) || _text[_at] == '_' || (digits && char.IsAsciiDigit(_text[_at])))) return null;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '_' or '-')) _at++;
        return _text[start.._at];
    }

    private bool Take(char c)
    {
        if (!Peek(c)) return false;
        _at++;
        return true;
    }

    private bool Peek(char c) => _at < _text.Length && _text[_at] == c;

    private void Skip()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) _at++;
    }

    private SyntaxException Unexpected(string wanted) =>
        Wrong(_at, _at == _text.Length ? $"it ends where {wanted} should follow" : $"{Shown(_text[_at..])} stands where {wanted} should");

    private static SyntaxException Wrong(int offset, string what) => new(offset, what);

    private static string Shown(string text) => text.Length > 24 ? $"'{text[..24]}…'" : $"'{text}'";

    private static string Hint(string word, IEnumerable<string> known) =>
        word.Length <= 24 && known.FirstOrDefault(k => EditDistance.Between(k, word) <= 2) is { } near ? $" (did you mean {near}?)" : "";

    private sealed class SyntaxException(int offset, string message) : Exception(message)
    {
        public int Offset { get; } = offset;
    }
}
