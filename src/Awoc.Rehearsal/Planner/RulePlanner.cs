using Awoc.Rehearsal.Messages;

namespace Awoc.Rehearsal.Planner;

/// <summary>The rule-based planner: from a conversation to the next answer, and nothing remembered in between.</summary>
internal static class RulePlanner
{
    public static Reply Next(Conversation conversation) => Echo(conversation);

    private static Reply Echo(Conversation conversation)
    {
        var prompt = conversation.LastPrompt;
        var words = prompt.ReplaceLineEndings(" ");
        var opening = words.Length <= 80 ? words : words[..80].TrimEnd() + "…";
        var tools = conversation.Request.Tools.Count;
        return Reply.OfText(
            $"This is AWOC's rule-based rehearsal planner, not a language model. It saw a prompt of {prompt.Length} characters, \"{opening}\", " +
            $"with {tools} tool{(tools == 1 ? "" : "s")} offered, and no AWOC task in it, so there is nothing to rehearse.");
    }
}
