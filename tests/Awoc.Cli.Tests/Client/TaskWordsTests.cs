using Awoc.Client;

namespace Awoc.Cli.Tests.Client;

public class TaskWordsTests
{
    [Theory]
    [InlineData("1763876543-9f86d081884c", "9f86d081884c")]
    [InlineData("my-task", "my-task")]
    [InlineData("9f86", "9f86")]
    [InlineData("@last", "@last")]
    public void Handle_IdOrOtherReference_ShortensTheIdOnly(string reference, string handle) => Assert.Equal(handle, TaskWords.Handle(reference));
}
