using Awoc.Core.Agents;
using Awoc.Engine.Credentials;

namespace Awoc.Engine.Tests;

public sealed class CallerProxyTests
{
    private static readonly Uri s_api = new("https://api.example.test");

    [Theory]
    [InlineData("HTTPS_PROXY=http://u:p@a:1;HTTP_PROXY=http://b:2", "HTTPS_PROXY", "http://u:p@a:1")]
    [InlineData("HTTPS_PROXY=http://a:1;https_proxy=u:p@b:2", "https_proxy", "http://u:p@b:2")]
    [InlineData("HTTP_PROXY=http://b:2;ALL_PROXY=c:3", "ALL_PROXY", "http://c:3")]
    [InlineData("HTTPS_PROXY=http://a:1;NO_PROXY=example.test", null, null)]
    [InlineData("HTTPS_PROXY= ", null, null)]
    [InlineData("", null, null)]
    public void Find_CallersVariables_GiveTheProxyAndItsName(string variables, string? name, string? proxy)
    {
        var environment = variables.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split('=', 2)).ToDictionary(v => v[0], v => v[1]);
        Assert.Equal(proxy, CallerProxy.Find(s_api, environment)?.OriginalString);
        Assert.Equal(name, CallerProxy.VariableFor(new ModelUpstream(s_api, UpstreamAuth.ApiKey, "k"), environment));
    }
}
