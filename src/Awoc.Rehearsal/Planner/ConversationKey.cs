using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Awoc.Rehearsal.Planner;

/// <summary>Tells conversations apart without state: the session that the client names, and the first prompt; once it is under way, the task of an AWOC prompt.</summary>
internal static class ConversationKey
{
    public static string Of(HttpContext context, Conversation conversation)
    {
        // A conversation that is under way and resumed under a new session is still the same one.
        if (conversation.Task is { Id: { } task } && conversation.AnswersAfter(0) > 0) return task;
        var headers = context.Request.Headers;
        var text = $"{headers["x-claude-code-session-id"]}\n{headers["x-claude-code-agent-id"]}\n{conversation.FirstPrompt}";
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
