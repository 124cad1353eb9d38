namespace WorkerStreams.Engine.Tests.Journal;

/// <summary>Records to append: told apart by their texts, of sizes from nothing up to more than a segment.</summary>
internal static class Texts
{
    public static string Of(int life, int number, int length)
    {
        var name = $"{life}.{number} ";
        return length < name.Length ? name : name + new string((char)('a' + ((life + number) % 26)), length - name.Length);
    }

    public static string Any(int life, int number, Random chance) => Of(life, number, chance.Next(10) switch
    {
        0 => chance.Next(3_000, 9_000),
        1 or 2 => chance.Next(500, 3_000),
        _ => chance.Next(0, 200),
    });
}
