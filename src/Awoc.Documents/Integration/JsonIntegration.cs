namespace Awoc.Documents.Integration;

internal static class JsonIntegration
{
    public static IntegrationAnswer Plan(IntegrationRequest request, TextDocument target, TextDocument result) => throw new NotSupportedException();
}
