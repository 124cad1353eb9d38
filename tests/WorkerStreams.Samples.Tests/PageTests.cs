using System.Text.RegularExpressions;

namespace WorkerStreams.Samples.Tests;

/// <summary>What the README and the pages in docs/ show is compiled, and what they point to is there.</summary>
public sealed partial class PageTests
{
    public static TheoryData<string> Pages =>
        ["README.md", .. Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md").Select(path => "docs/" + Path.GetFileName(path))];

    /// <summary>A comment <c>&lt;!-- from: PATH --&gt;</c> before a piece of code names the file that it is a part of, lines in sequence. C# always has one.</summary>
    [Theory]
    [MemberData(nameof(Pages))]
    public void Code_is_part_of_a_file_that_is_compiled(string page)
    {
        foreach (Match snippet in Snippet.Matches(Read(page)))
        {
            var path = snippet.Groups["path"].Value;
            Assert.True(path.Length > 0, $"{page} has C# with no comment '<!-- from: PATH -->' before it:\n{snippet.Value}");
            Assert.True(IsPart(Lines(snippet.Groups["code"].Value), Lines(Read(path))), $"{path} holds no such lines as {page} shows:\n{snippet.Value}");
        }
    }

    [Fact]
    public void The_README_starts_with_the_whole_of_GettingStarted()
    {
        var first = Snippet.Match(Read("README.md"));

        Assert.Equal("samples/GettingStarted/Program.cs", first.Groups["path"].Value);
        Assert.Equal(Lines(Read("samples/GettingStarted/Program.cs")), Lines(first.Groups["code"].Value));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_lead_somewhere(string page)
    {
        foreach (Match link in RelativeLink.Matches(Read(page)))
        {
            var target = Path.Combine(Path.GetDirectoryName(page)!, link.Groups["path"].Value);
            Assert.True(Path.Exists(Repository.PathOf(target)), $"{page} points to {target}, which is not there.");
        }
    }

    private static string Read(string path) => File.ReadAllText(Repository.PathOf(path));

    private static string[] Lines(string text) => text.TrimEnd().Split('\n');

    /// <summary>Whether the lines of <paramref name="part"/> follow each other in <paramref name="whole"/>, all indented by the same further margin.</summary>
    private static bool IsPart(string[] part, string[] whole) => Enumerable.Range(0, Math.Max(0, whole.Length - part.Length + 1)).Any(start =>
    {
        var margin = whole[start].Length - part[0].Length;
        return margin >= 0 && part.Select((line, index) => line.Length == 0 ? "" : new string(' ', margin) + line).SequenceEqual(whole.Skip(start).Take(part.Length));
    });

    [GeneratedRegex("""(<!-- from: (?<path>\S+) -->\n```\w*|```csharp)\n(?<code>.*?)```""", RegexOptions.Singleline)]
    private static partial Regex Snippet { get; }

    [GeneratedRegex("""\]\((?!https?:|#)(?<path>[^)#\s]+)""")]
    private static partial Regex RelativeLink { get; }
}
