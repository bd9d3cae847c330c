using YamlDotNet.RepresentationModel;

namespace Awoc.Prompts.Catalog;

/// <summary>One definition of a type and where it stands. It is read when the type is first asked for.</summary>
public sealed class TypeSource
{
    private readonly Lazy<TypeDraft> _draft;

    private TypeSource(string name, TypeOrigin origin, string path, Func<TypeDraft> read) =>
        (Name, Origin, Path, _draft) = (name, origin, path, new Lazy<TypeDraft>(read));

    public string Name { get; }

    public TypeOrigin Origin { get; }

    public string Path { get; }

    internal TypeDraft Draft => _draft.Value;

    /// <param name="read">Gives the file's text. A failure to read it is a fault of the type.</param>
    public static TypeSource Markdown(string name, TypeOrigin origin, string path, Func<string> read) =>
        new(name, origin, path, () =>
        {
            try
            {
                return TypeReader.Markdown(name, path, read());
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return new TypeDraft { Faults = [new TypeFault(path, 1, $"cannot be read: {e.Message}")] };
            }
        });

    /// <param name="node">What stands below the type's name in a settings file.</param>
    public static TypeSource Settings(string name, string path, YamlNode node) =>
        new(name, TypeOrigin.User, path, () => TypeReader.Settings(name, path, node));
}
