using Awoc.Core.Catalog;

namespace Awoc.Core.Tests.Catalog;

public sealed class EditDistanceTests
{
    [Theory]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("ab", "ba", 1)]
    [InlineData("", "abc", 3)]
    [InlineData("same", "same", 0)]
    public void Between_TwoWords_CountsEdits(string left, string right, int distance) =>
        Assert.Equal(distance, EditDistance.Between(left, right));
}
