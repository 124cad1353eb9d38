using System.Text.RegularExpressions;

namespace WorkerStreams.Samples.Tests;

/// <summary>
/// Every piece of C# in the README and in docs/ is compiled: a comment <c>&lt;!-- from: PATH --&gt;</c> or <c>&lt;!-- from: PATH#REGION --&gt;</c>
/// before it names where it comes from, and it is equal to that.
/// </summary>
public sealed partial class SnippetTests
{
    public static TheoryData<string> Pages =>
        ["README.md", .. Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md").Select(path => "docs/" + Path.GetFileName(path))];

    [Theory]
    [MemberData(nameof(Pages))]
    public void The_code_of_a_page_is_the_code_that_is_compiled(string page)
    {
        foreach (Match snippet in Snippet.Matches(File.ReadAllText(Repository.PathOf(page))))
        {
            Assert.True(snippet.Groups["path"].Success, $"{page} has C# without a comment '<!-- from: PATH#REGION -->' before it:\n{snippet.Value}");
            var source = File.ReadAllText(Repository.PathOf(snippet.Groups["path"].Value));
            Assert.Equal(snippet.Groups["region"] is { Success: true } region ? Region(source, region.Value) : source.TrimEnd(), snippet.Groups["code"].Value.TrimEnd());
        }
    }

    [Fact]
    public void The_README_shows_how_to_start()
    {
        var snippets = Snippet.Matches(File.ReadAllText(Repository.PathOf("README.md")));

        Assert.Contains(snippets, snippet => snippet.Groups["path"].Value == "samples/GettingStarted/Program.cs");
    }

    /// <summary>The lines between <c>#region</c> and <c>#endregion</c>, moved to the left margin.</summary>
    private static string Region(string source, string name)
    {
        var lines = source.Split('\n')
            .SkipWhile(line => line.Trim() != $"#region {name}").Skip(1)
            .TakeWhile(line => line.Trim() != "#endregion").ToList();
        Assert.True(lines.Count > 0, $"There is no region '{name}'.");
        var margin = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length > 0 ? line[margin..] : line)).TrimEnd();
    }

    [GeneratedRegex("""(<!-- from: (?<path>[^#\s]+)(#(?<region>\S+))? -->\n)?```csharp\n(?<code>.*?)```""", RegexOptions.Singleline)]
    private static partial Regex Snippet { get; }
}
