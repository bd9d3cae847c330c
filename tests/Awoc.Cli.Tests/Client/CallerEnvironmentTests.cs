using Awoc.Client;

namespace Awoc.Cli.Tests.Client;

public class CallerEnvironmentTests
{
    [Theory]
    [InlineData("ANTHROPIC_API_KEY")]
    [InlineData("anthropic_auth_token")]
    [InlineData("DB_PASSWORD")]
    [InlineData("GPG_PASSWD")]
    [InlineData("GPG_PASSPHRASE")]
    [InlineData("SMTP_PASS")]
    [InlineData("pass")]
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
    [InlineData("GIT_ASKPASS")]
    [InlineData("COMPASS_DIR")]
    public void Split_OrdinaryName_GoesToPlain(string name) => Assert.Equal([name], CallerEnvironment.Split([new(name, "v")]).Plain.Keys);

    [Theory]
    [InlineData("HTTPS_PROXY", "http://user:s3cr3t@proxy.example:8080", false)]
    [InlineData("http_proxy", "user:s3cr3t@proxy.example:8080", false)]
    [InlineData("DATABASE_URL", "postgres://me:p%40ss@db/x", false)]
    [InlineData("HTTPS_PROXY", "http://proxy.example:8080", true)]
    [InlineData("REPOSITORY", "ssh://git@host:22/x", true)]
    [InlineData("URL", "http://host:80/a?b=c:d@e", true)]
    public void Split_PasswordInAnAddress_GoesToSecrets(string name, string value, bool plain) =>
        Assert.Equal(plain, CallerEnvironment.Split([new(name, value)]).Plain.ContainsKey(name));

    [Theory]
    [InlineData("CLAUDE_CODE_MAX_OUTPUT_TOKENS", "6000", true)]
    [InlineData("MAX_THINKING_TOKENS", "0", true)]
    [InlineData("MY_TOKENS", "abc", false)]
    [InlineData("MY_TOKEN", "6000", false)]
    [InlineData("BACKUP_TOKENS", "123456789012", false)]
    public void Split_NumberOfTokens_IsNoSecret(string name, string value, bool plain) =>
        Assert.Equal(plain, CallerEnvironment.Split([new(name, value)]).Plain.ContainsKey(name));

    [Fact]
    public void ToString_WithSecrets_ShowsNoneOfThem() =>
        Assert.DoesNotContain("s3cr3t", CallerEnvironment.Split([new("API_KEY", "s3cr3t")]).ToString());
}
