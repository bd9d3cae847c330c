using Awoc.Client;

namespace Awoc.Cli.Tests.Client;

public class CallerEnvironmentTests
{
    [Theory]
    [InlineData("ANTHROPIC_API_KEY")]
    [InlineData("anthropic_auth_token")]
    [InlineData("DB_PASSWORD")]
    [InlineData("GPG_PASSWD")]
    [InlineData("CLIENT_SECRET_2")]
    [InlineData("GOOGLE_APPLICATION_CREDENTIALS")]
    public void Split_NameOfASecret_GoesToSecretsOnly(string name)
    {
        var split = CallerEnvironment.Split([new(name, "v"), new("PATH", "/bin")]);

        Assert.Equal("v", split.Secrets[name]);
        Assert.Equal(["PATH"], split.Plain.Keys);
    }

    [Theory]
    [InlineData("PATH")]
    [InlineData("AWOC_REHEARSAL")]
    [InlineData("ANTHROPIC_BASE_URL")]
    [InlineData("HTTPS_PROXY")]
    public void Split_OrdinaryName_GoesToPlain(string name) => Assert.Equal([name], CallerEnvironment.Split([new(name, "v")]).Plain.Keys);

    [Fact]
    public void ToString_WithSecrets_ShowsNoneOfThem() =>
        Assert.DoesNotContain("s3cr3t", CallerEnvironment.Split([new("API_KEY", "s3cr3t")]).ToString());
}
