using System.Text;
using Awoc.Core.Catalog;
using Awoc.Core.Tasks;
using Awoc.Prompts.Catalog;

namespace Awoc.Prompts.Tests.Catalog;

/// <summary><c>docs/task-types.md</c> says what the catalog holds.</summary>
public sealed class TypesPageTests
{
    private const string Begin = "<!-- generated: the catalog -->\n";
    private const string End = "<!-- end of generated -->\n";

    [Fact]
    public void TaskTypesPage_Table_IsTheCatalog()
    {
        const string Page = "docs/task-types.md";
        var text = File.ReadAllText(Path.Combine(SourceTree.Root, Page));
        var begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var end = text.IndexOf(End, StringComparison.Ordinal);
        SourceTree.AssertSame(Page, text[..begin] + Table() + text[end..], "AWOC_WRITE_DOCS");
    }

    private static string Table()
    {
        var text = new StringBuilder("\n| type | family | about | words | sources | integration |\n|---|---|---|---|---|---|\n");
        foreach (var type in TaskTypeCatalog.BuiltIn.All)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture,
                $"| `{type.Name}` | {type.Family.Text()} | {type.Focus} | {(type.Contract.MinWords == 0 ? "any" : $"{type.Contract.MinWords} or more")} | {(type.Contract.NeedsSources ? "required" : "")} | {type.Integration.Text()} |\n");
        }

        text.Append("\n| family | method | sections of a result, in order (what each is to who reads the key points only) |\n|---|---|---|\n");
        foreach (var type in TaskTypeCatalog.BuiltIn.All.DistinctBy(t => t.Family))
        {
            var sections = type.Method.Sections.Select(s => s.Role == SectionRole.Detail ? s.Name : $"{s.Name} ({s.Role.Text()})");
            text.Append(System.Globalization.CultureInfo.InvariantCulture,
                $"| {type.Family.Text()} | {type.Method.Title} | {(type.Method.Sections.IsEmpty ? "as the task asks" : string.Join("; ", sections))} |\n");
        }

        return text.Append('\n').ToString();
    }
}
