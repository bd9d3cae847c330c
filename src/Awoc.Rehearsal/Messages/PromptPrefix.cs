using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Awoc.Rehearsal.Messages;

/// <summary>
/// A prompt as the cache sees it: tools, then system, then messages, each block with the tokens and the hash of all that
/// stands up to its end. <c>cache_control</c> marks do not count, for clients move them from turn to turn. Another
/// <c>tool_choice</c> or <c>thinking</c> leaves tools and system as they are and makes other messages.
/// </summary>
internal sealed class PromptPrefix
{
    private static readonly string[] s_ofMessages = ["tool_choice", "thinking"];

    private readonly List<PrefixBlock> _blocks = [];
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _bytes;

    private PromptPrefix()
    {
    }

    public string Model { get; private set; } = "";

    public IReadOnlyList<PrefixBlock> Blocks => _blocks;

    /// <summary>The whole prompt's tokens.</summary>
    public int Tokens => TokenEstimate.OfBytes(_bytes);

    public static PromptPrefix Of(JsonElement root)
    {
        var prefix = new PromptPrefix();
        using (prefix._hash) prefix.Read(root);
        return prefix;
    }

    private void Read(JsonElement root)
    {
        if (root.TryGetProperty("model", out var model))
        {
            Model = model.ValueKind == JsonValueKind.String ? model.GetString()! : "";
            _hash.AppendData(Canonical(model));
        }

        if (root.TryGetProperty("tools", out var tools) && tools.ValueKind == JsonValueKind.Array)
            foreach (var tool in tools.EnumerateArray()) Add(tool);
        if (root.TryGetProperty("system", out var system)) AddContent(system);
        foreach (var name in s_ofMessages)
        {
            if (root.TryGetProperty(name, out var option) && !IsUsual(option)) _hash.AppendData(Canonical(option));
        }

        if (root.TryGetProperty("messages", out var messages) && messages.ValueKind == JsonValueKind.Array)
        {
            foreach (var message in messages.EnumerateArray())
            {
                if (message.TryGetProperty("role", out var role)) _hash.AppendData(Canonical(role));
                if (message.TryGetProperty("content", out var content)) AddContent(content);
            }
        }

        // A mark on the request itself stands for one on its last block.
        if (LifeOf(root) is { } life && _blocks.Count > 0) _blocks[^1] = _blocks[^1] with { CacheLife = _blocks[^1].CacheLife ?? life };
    }

    /// <summary>Said or not, it is the same.</summary>
    private static bool IsUsual(JsonElement choice) =>
        choice.ValueKind != JsonValueKind.Object
        || (choice.TryGetProperty("type", out var type) && type.ValueEquals("auto") && choice.EnumerateObject().Count() == 1);

    private void AddContent(JsonElement content)
    {
        if (content.ValueKind == JsonValueKind.Array)
        {
            foreach (var block in content.EnumerateArray()) Add(block);
        }
        else if (content.ValueKind == JsonValueKind.String)
        {
            // A plain string is the same prompt as one text block, and clients turn the one into the other.
            _buffer.ResetWrittenCount();
            using (var writer = new Utf8JsonWriter(_buffer, WireFormat.Options))
            {
                writer.WriteStartObject();
                writer.WriteString("type"u8, "text"u8);
                writer.WriteString("text"u8, content.GetString());
                writer.WriteEndObject();
            }

            Append(_buffer.WrittenSpan, null);
        }
    }

    private void Add(JsonElement block) => Append(Canonical(block), LifeOf(block));

    private static TimeSpan? LifeOf(JsonElement marked)
    {
        if (marked.ValueKind != JsonValueKind.Object
            || !marked.TryGetProperty("cache_control", out var control) || control.ValueKind != JsonValueKind.Object)
            return null;
        return control.TryGetProperty("ttl", out var ttl) && ttl.ValueKind == JsonValueKind.String && ttl.ValueEquals("1h") ? CacheLives.Long : CacheLives.Short;
    }

    private void Append(ReadOnlySpan<byte> canonical, TimeSpan? life)
    {
        _bytes += canonical.Length;

        // Claude Code's attribution line changes with the prompt and stands first; the API leaves it out of the cache key.
        if (canonical.IndexOf("\"x-anthropic-billing-header:"u8) < 0) _hash.AppendData(canonical);
        _blocks.Add(new PrefixBlock(Convert.ToHexString(_hash.GetCurrentHash()), TokenEstimate.OfBytes(_bytes), life));
    }

    private ReadOnlySpan<byte> Canonical(JsonElement element)
    {
        _buffer.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_buffer, WireFormat.Options))
        {
            if (element.ValueKind == JsonValueKind.Object)
            {
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject())
                    if (!property.NameEquals("cache_control")) property.WriteTo(writer);
                writer.WriteEndObject();
            }
            else
            {
                element.WriteTo(writer);
            }
        }

        return _buffer.WrittenSpan;
    }
}

/// <param name="Hash">Of everything up to the end of this block.</param>
/// <param name="Tokens">Of everything up to the end of this block.</param>
/// <param name="CacheLife">Set where the block carries a cache mark.</param>
internal readonly record struct PrefixBlock(string Hash, int Tokens, TimeSpan? CacheLife);

/// <summary>How long an entry lives after its last use.</summary>
internal static class CacheLives
{
    public static TimeSpan Short { get; } = TimeSpan.FromMinutes(5);

    public static TimeSpan Long { get; } = TimeSpan.FromHours(1);
}
