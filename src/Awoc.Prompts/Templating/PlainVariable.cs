using Stubble.Core.Contexts;
using Stubble.Core.Renderers.StringRenderer;
using Stubble.Core.Tokens;

namespace Awoc.Prompts.Templating;

/// <summary>
/// Writes a text as it is. It stands in for Stubble's own, which also calls lambdas, through Microsoft.CSharp's binder: native AOT has
/// none, and <c>Stubble.Substitutions.xml</c> takes it out of the daemon.
/// </summary>
internal sealed class PlainVariable : StringObjectRenderer<InterpolationToken>
{
    protected override void Write(StringRender renderer, InterpolationToken obj, Context context) =>
        renderer.Write((string)context.Lookup(obj.Content.ToString()) ?? "");

    protected override Task WriteAsync(StringRender renderer, InterpolationToken obj, Context context) =>
        throw new NotSupportedException("Prompts are rendered synchronously.");
}
