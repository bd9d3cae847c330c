using Stubble.Core.Contexts;
using Stubble.Core.Renderers.StringRenderer;
using Stubble.Core.Tokens;

namespace Awoc.Prompts.Templating;

/// <summary>Renders a section once for each item of a list, and once for anything else that is there. See <see cref="PlainVariable"/>.</summary>
internal sealed class PlainSection : StringObjectRenderer<SectionToken>
{
    protected override void Write(StringRender renderer, SectionToken obj, Context context)
    {
        var value = context.Lookup(obj.SectionName);
        if (!context.IsTruthyValue(value)) return;
        foreach (var item in value as List<object> ?? [value]) renderer.Render(obj, context.Push(item));
    }

    protected override Task WriteAsync(StringRender renderer, SectionToken obj, Context context) =>
        throw new NotSupportedException("Prompts are rendered synchronously.");
}
