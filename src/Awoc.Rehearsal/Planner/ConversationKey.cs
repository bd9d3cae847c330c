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
        var headers = context.Request.Headers;
        var session = conversation.Task?.Id is null ? headers["x-claude-code-session-id"].ToString() : "";
        var text = $"{session}\n{headers["x-claude-code-agent-id"]}\n{conversation.FirstPrompt}";
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
