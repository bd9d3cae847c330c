namespace Awoc.Rehearsal.Messages;

/// <summary>What the model wants to say, before limits are applied.</summary>
internal sealed record Reply(IReadOnlyList<ReplyBlock> Blocks)
{
    /// <summary>In place of end_turn or tool_use.</summary>
    public string? StopReason { get; init; }

    /// <summary>Figures a scenario dictates; those it leaves null are counted.</summary>
    public UsageOverride? Usage { get; init; }

    public Pace Pace { get; init; } = new();

    /// <summary>Extra response headers.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public static Reply OfText(string text) => new([new ReplyBlock.Text(text)]);
}

internal abstract record ReplyBlock
{
    private ReplyBlock(string content) => Content = content;

    /// <summary>What is generated token by token: the text, or the tool's input as JSON.</summary>
    public string Content { get; }

    internal sealed record Text(string Value) : ReplyBlock(Value);

    internal sealed record Thinking(string Value) : ReplyBlock(Value);

    internal sealed record ToolUse(string Name, string InputJson) : ReplyBlock(InputJson)
    {
        /// <summary>The input ends in the middle, where a limit or a break cut it.</summary>
        public bool IsPartial { get; init; }
    }
}

/// <summary>Tokens, as in <see cref="RehearsalUsage"/>.</summary>
internal sealed record UsageOverride(int? Input, int? Output, int? CacheRead, int? CacheWrite);

/// <summary>The speed of an answer and the way it breaks.</summary>
internal sealed record Pace
{
    /// <summary>Before the headers.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>After the headers, before the first byte of the body.</summary>
    public TimeSpan Silence { get; init; }

    /// <summary>Before each delta.</summary>
    public TimeSpan ChunkDelay { get; init; }

    /// <summary>The connection ends in the middle of the body once this share of the output is generated.</summary>
    public double? Cut { get; init; }

    /// <summary>With <see cref="Cut"/>: the silence after what was generated, before the connection ends.</summary>
    public TimeSpan Linger { get; init; }
}
