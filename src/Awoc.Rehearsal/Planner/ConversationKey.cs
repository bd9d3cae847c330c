using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Awoc.Rehearsal.Planner;

/// <summary>
/// Tells conversations apart without state: the first prompt, the sub-agent, and the session that the client names. A prompt of
/// AWOC bears its task's id, and its conversation stays the same one when it is resumed under a session of another name.
/// </summary>
internal static class ConversationKey
{
    public static string Of(HttpContext context, Conversation conversation)
    {
        // A task that is resumed under a new session, or begun afresh, is the same to a fault that was served to it.
        if (conversation.Task is { Id: { } task }) return task;
        var headers = context.Request.Headers;
        var text = $"{headers["x-claude-code-session-id"]}\n{headers["x-claude-code-agent-id"]}\n{conversation.FirstPrompt}";
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
