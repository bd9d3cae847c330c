using Stubble.Core;
using Stubble.Core.Builders;
using Stubble.Core.Settings;

namespace Awoc.Prompts.Templating;

/// <summary>
/// Renders Mustache by Stubble, from dictionaries and lists alone: Stubble reads those without reflection, which native AOT does not have.
/// A prompt is no HTML, so nothing is escaped: who fills in a value makes it fit for its place.
/// </summary>
internal static class Template
{
    private static readonly RenderSettings s_strict = new() { ThrowOnDataMiss = true };

    private static readonly Lazy<StubbleVisitorRenderer> s_renderer =
        new(() => new StubbleBuilder().Configure(settings =>
        {
            // The first that takes a token renders it.
            settings.TokenRenderers.Insert(0, new PlainVariable());
            settings.TokenRenderers.Insert(0, new PlainSection());

            // What is no dictionary would be read by reflection, which the native daemon has not: it is to fail in every build.
            settings.AddValueGetter(typeof(object), (value, name, _) =>
                throw new InvalidOperationException($"'{name}' is looked up in {value.GetType()}: a template is given dictionaries, lists and texts"));
        }).Build());

    private static readonly Lazy<Dictionary<string, string>> s_partials = new(() => new() { ["format"] = Embedded.Text("template:format") });

    /// <summary>One of the embedded templates. Each name in it is to be among the values.</summary>
    public static string RenderEmbedded(string name, Dictionary<string, object> values) =>
        s_renderer.Value.Render(Embedded.Text("template:" + name), values, s_partials.Value, s_strict);

    /// <summary>A template of somebody's own, which was checked. It has no partials.</summary>
    public static string Render(string text, Dictionary<string, object> values) => s_renderer.Value.Render(text, values);
}
