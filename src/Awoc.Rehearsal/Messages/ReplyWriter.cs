using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Awoc.Rehearsal.Messages;

/// <summary>
/// Generates one answer onto the wire, streamed or whole, at the pace asked for, and counts each token as it is generated:
/// what a cut or abandoned stream cost is known.
/// </summary>
internal sealed class ReplyWriter(HttpContext context, RecordedRequest record, RehearsalLog log, TimeProvider time)
{
    /// <summary>Tokens in one delta.</summary>
    private const int ChunkTokens = 8;
    private const int FlushEvery = 8 * 1024;
    private int _unflushed;
    private bool _cuts;

    /// <summary>Told right before the first byte of the body.</summary>
    public Action? Begins { get; init; }

    public async Task WriteAsync(MessagesRequest request, Reply reply, Generation generation, RehearsalUsage usage, CancellationToken cancellation)
    {
        var response = context.Response;
        response.StatusCode = record.Status = 200;
        response.ContentType = request.Stream ? "text/event-stream; charset=utf-8" : "application/json";
        if (request.Stream) response.Headers.CacheControl = "no-cache";
        if (reply.Pace.Cut is not null) PrepareToBreakOff(response);
        if (reply.Pace.Silence > TimeSpan.Zero)
        {
            await response.StartAsync(cancellation);
            await response.BodyWriter.FlushAsync(cancellation);
            log.Signal();
            await Task.Delay(reply.Pace.Silence, time, cancellation);
        }

        Begins?.Invoke();
        log.Signal();
        if (request.Stream) await StreamAsync(request, reply.Pace, generation, usage, cancellation);
        else await WholeAsync(request, reply.Pace, generation, usage, cancellation);
    }

    private async Task WholeAsync(MessagesRequest request, Pace pace, Generation generation, RehearsalUsage usage, CancellationToken cancellation)
    {
        var body = WireFormat.Json(w => WireFormat.WriteWholeMessage(w, WireId.Message(), request.Model, generation, usage));
        var budget = CutAt(pace, generation);
        foreach (var block in generation.Blocks)
            if (!await GenerateAsync(block, pace, budget, null, cancellation)) break;

        if (budget.Left <= 0)
        {
            Put(body.AsSpan(0, (int)(body.Length * pace.Cut!.Value)));
            await BreakOffAsync(pace, cancellation);
            return;
        }

        if (!context.Response.HasStarted) context.Response.ContentLength = body.Length;
        await context.Response.BodyWriter.WriteAsync(body, cancellation);
    }

    private async Task StreamAsync(MessagesRequest request, Pace pace, Generation generation, RehearsalUsage usage, CancellationToken cancellation)
    {
        await EventAsync("message_start", writer =>
        {
            writer.WritePropertyName("message");
            WireFormat.WriteMessageHead(writer, WireId.Message(), request.Model);
            writer.WriteStartArray("content");
            writer.WriteEndArray();
            writer.WriteNull("stop_reason");
            writer.WriteNull("stop_sequence");

            // The API counts a first token here, before any is generated; clients take the figure from message_delta.
            WireFormat.WriteUsage(writer, usage, Math.Min(1, generation.Tokens));
            writer.WriteEndObject();
        }, cancellation);

        var budget = CutAt(pace, generation);
        for (var index = 0; index < generation.Blocks.Count; index++)
        {
            var at = index;
            var block = generation.Blocks[index];
            await EventAsync("content_block_start", writer =>
            {
                writer.WriteNumber("index", at);
                WriteEmptyBlock(writer, block.Block);
            }, cancellation);
            if (index == 0) await EventAsync("ping", _ => { }, cancellation);
            var whole = await GenerateAsync(block, pace, budget, chunk => EventAsync("content_block_delta", writer =>
            {
                writer.WriteNumber("index", at);
                WriteDelta(writer, block.Block, chunk.Span);
            }, cancellation), cancellation);
            if (!whole)
            {
                await BreakOffAsync(pace, cancellation);
                return;
            }

            if (block.Block is ReplyBlock.Thinking)
            {
                await EventAsync("content_block_delta", writer =>
                {
                    writer.WriteNumber("index", at);
                    writer.WriteStartObject("delta");
                    writer.WriteString("type", "signature_delta");
                    writer.WriteString("signature", WireFormat.Signature(block));
                    writer.WriteEndObject();
                }, cancellation);
            }

            await EventAsync("content_block_stop", writer => writer.WriteNumber("index", at), cancellation);
        }

        if (budget.Left <= 0)
        {
            await BreakOffAsync(pace, cancellation);
            return;
        }

        await EventAsync("message_delta", writer =>
        {
            writer.WriteStartObject("delta");
            writer.WriteString("stop_reason", generation.StopReason);
            writer.WriteString("stop_sequence", generation.StopSequence);
            writer.WriteEndObject();
            WireFormat.WriteUsage(writer, usage, generation.Tokens);
        }, cancellation);
        await EventAsync("message_stop", _ => { }, cancellation);
        await context.Response.BodyWriter.FlushAsync(cancellation);
    }

    /// <returns>False when the connection is to be broken off inside this block.</returns>
    private async Task<bool> GenerateAsync(
        GeneratedBlock block, Pace pace, CutBudget budget, Func<ReadOnlyMemory<byte>, Task>? emit, CancellationToken cancellation)
    {
        var (sent, tokens) = (0, 0);
        while (tokens < block.Tokens || sent < block.Content.Length)
        {
            if (budget.Left <= 0) return false;
            if (pace.ChunkDelay > TimeSpan.Zero) await Task.Delay(pace.ChunkDelay, time, cancellation);
            cancellation.ThrowIfCancellationRequested();
            var step = (int)Math.Min(Math.Min(ChunkTokens, block.Tokens - tokens), budget.Left);
            tokens += step;
            budget.Left -= step;
            record.AddGenerated(step);
            log.Generated(step);
            var end = tokens >= block.Tokens
                ? block.Content.Length
                : Generation.RuneBoundary(block.Content.Span, (int)((long)block.Content.Length * tokens / block.Tokens));
            if (emit is not null && end > sent) await emit(block.Content[sent..end]);
            if (emit is not null && pace.ChunkDelay > TimeSpan.Zero) await FlushAsync(cancellation);
            sent = end;
        }

        return true;
    }

    /// <summary>
    /// To break off, the body must end without its last chunk, and what was sent before must arrive: aborting the connection
    /// would discard it. A server that is told the framing is the application's own leaves that to us.
    /// </summary>
    private void PrepareToBreakOff(HttpResponse response)
    {
        _cuts = true;
        response.Headers.TransferEncoding = "chunked";
        response.Headers.Connection = "close";
    }

    private async Task BreakOffAsync(Pace pace, CancellationToken cancellation)
    {
        await FlushAsync(cancellation);
        if (pace.Linger > TimeSpan.Zero) await Task.Delay(pace.Linger, time, cancellation);
        record.Cut = true;
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        // An empty chunk would be the last one.
        if (bytes.IsEmpty) return;
        var body = context.Response.BodyWriter;
        if (_cuts) body.Write(Encoding.ASCII.GetBytes($"{bytes.Length:x}\r\n"));
        body.Write(bytes);
        if (_cuts) body.Write("\r\n"u8);
        _unflushed += bytes.Length;
    }

    private async Task EventAsync(string name, Action<Utf8JsonWriter> write, CancellationToken cancellation)
    {
        var data = WireFormat.Json(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("type", name);
            write(writer);
            writer.WriteEndObject();
        });
        var text = Encoding.UTF8.GetBytes($"event: {name}\ndata: ");
        var frame = new byte[text.Length + data.Length + 2];
        text.CopyTo(frame, 0);
        data.CopyTo(frame, text.Length);
        frame[^2] = frame[^1] = (byte)'\n';
        Put(frame);
        if (_unflushed >= FlushEvery || name == "message_start") await FlushAsync(cancellation);
    }

    private async Task FlushAsync(CancellationToken cancellation)
    {
        _unflushed = 0;
        await context.Response.BodyWriter.FlushAsync(cancellation);
    }

    private static void WriteEmptyBlock(Utf8JsonWriter writer, ReplyBlock block)
    {
        writer.WriteStartObject("content_block");
        switch (block)
        {
            case ReplyBlock.Text:
                writer.WriteString("type", "text");
                writer.WriteString("text", "");
                break;
            case ReplyBlock.Thinking:
                writer.WriteString("type", "thinking");
                writer.WriteString("thinking", "");
                writer.WriteString("signature", "");
                break;
            case ReplyBlock.ToolUse tool:
                writer.WriteString("type", "tool_use");
                writer.WriteString("id", WireId.ToolUse());
                writer.WriteString("name", tool.Name);
                writer.WriteStartObject("input");
                writer.WriteEndObject();
                break;
        }

        writer.WriteEndObject();
    }

    private static void WriteDelta(Utf8JsonWriter writer, ReplyBlock block, ReadOnlySpan<byte> chunk)
    {
        writer.WriteStartObject("delta");
        switch (block)
        {
            case ReplyBlock.Text:
                writer.WriteString("type", "text_delta");
                writer.WriteString("text", chunk);
                break;
            case ReplyBlock.Thinking:
                writer.WriteString("type", "thinking_delta");
                writer.WriteString("thinking", chunk);
                break;
            case ReplyBlock.ToolUse:
                writer.WriteString("type", "input_json_delta");
                writer.WriteString("partial_json", chunk);
                break;
        }

        writer.WriteEndObject();
    }

    private static CutBudget CutAt(Pace pace, Generation generation) =>
        new(pace.Cut is { } share ? (long)(generation.Tokens * share) : long.MaxValue);

    /// <summary>Tokens that may still be generated before the connection breaks.</summary>
    private sealed class CutBudget(long left)
    {
        public long Left { get; set; } = left;
    }
}
