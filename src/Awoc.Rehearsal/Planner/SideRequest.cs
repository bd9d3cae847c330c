using Awoc.Rehearsal.Messages;

namespace Awoc.Rehearsal.Planner;

/// <summary>
/// Agent programs ask small questions beside the main thread: a title for the session, whether a topic is new, what a fetched
/// page says. They come without tools and get one sane line, whatever scenario the conversation itself follows.
/// </summary>
internal static class SideRequest
{
    public static Reply? Answer(Conversation conversation)
    {
        if (conversation.Request.Tools.Count > 0) return null;
        var system = conversation.Request.System;
        var asksTitle = Has(system, "title") && (Has(system, "generate") || Has(system, "summarize") || Has(system, "extract") || Has(system, "analyze"));
        if (Has(system, "isNewTopic")) return Reply.OfText("""{"isNewTopic":true,"title":"Rehearsal"}""");
        if (asksTitle) return Reply.OfText(WantsJson(conversation) ? """{"title":"Rehearsal"}""" : "Rehearsal");
        if (conversation.FirstPrompt.StartsWith("Web page content:", StringComparison.Ordinal))
            return Reply.OfText("Rehearsed: the page was fetched, but the rehearsal planner does not read web pages.");
        return null;
    }

    private static bool WantsJson(Conversation conversation) =>
        conversation.Request.Root.TryGetProperty("output_config", out _) || Has(conversation.Request.System, "json");

    private static bool Has(string text, string word) => text.Contains(word, StringComparison.OrdinalIgnoreCase);
}
