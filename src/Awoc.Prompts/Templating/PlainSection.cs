using Stubble.Core.Contexts;
using Stubble.Core.Renderers.StringRenderer;
using Stubble.Core.Tokens;

namespace Awoc.Prompts.Templating;

/// <summary>
/// Renders a section once for each item of a list, and once for anything else that is there. A text is no scope of its own: Stubble would look
/// for a name among its members first, by reflection. See <see cref="PlainVariable"/>.
/// </summary>
internal sealed class PlainSection : StringObjectRenderer<SectionToken>
{
    protected override void Write(StringRender renderer, SectionToken obj, Context context)
    {
        var value = context.Lookup(obj.SectionName);
        if (!context.IsTruthyValue(value)) return;
        if (value is not List<object> items) renderer.Render(obj, context);
        else foreach (var item in items) renderer.Render(obj, context.Push(item));
    }

    protected override Task WriteAsync(StringRender renderer, SectionToken obj, Context context) =>
        throw new NotSupportedException("Prompts are rendered synchronously.");
}
