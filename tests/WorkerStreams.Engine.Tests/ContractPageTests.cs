using System.Reflection;
using System.Text.RegularExpressions;
using WorkerStreams.Engine.Contract;
using Xunit;
using Xunit.v3;

namespace WorkerStreams.Engine.Tests;

/// <summary>The page docs/engine-contract.md and the tests agree: no rule without a test, no test without a rule.</summary>
public sealed partial class ContractPageTests
{
    private static readonly string[] Lines = ReadPage().Split('\n');
    private static readonly string[] Named = [.. Lines.SelectMany(NamesIn).Distinct()];

    private static readonly Type[] Contracts =
        [.. typeof(EngineContract).Assembly.GetExportedTypes().Where(type => type.IsAbstract && type.IsSubclassOf(typeof(EngineContract)))];

    private static readonly Type[] Tests = typeof(ContractPageTests).Assembly.GetExportedTypes();

    [Fact]
    public void Every_test_that_the_page_names_exists() =>
        AssertNone("These tests are on the page and nowhere else", Named.Except(NamesOf(Contracts)).Except(NamesOf(Tests)));

    [Fact]
    public void The_page_names_every_test_of_the_contract() => AssertNone("The page leaves out these tests", NamesOf(Contracts).Except(Named));

    [Fact]
    public void Every_rule_of_the_page_names_a_test()
    {
        string[] rules = [.. Lines.Where(line => line.StartsWith('|') && line is not ("| rule | test |" or "|---|---|"))];
        Assert.NotEmpty(rules);
        AssertNone("These rules name no test", rules.Where(rule => !NamesIn(rule).Any()));
    }

    [Fact]
    public void The_in_process_engine_runs_every_contract_but_that_of_keys_that_it_cannot_hold() =>
        Assert.Equal([typeof(ForeignKeysContract)], Contracts.Where(contract => !Tests.Any(test => test.IsSubclassOf(contract))));

    private static IEnumerable<string> NamesIn(string line) => TestName.Matches(line).Select(match => match.Groups["name"].Value);

    private static string[] NamesOf(IEnumerable<Type> classes) =>
    [
        .. from type in classes
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
           where method.GetCustomAttributes().Any(attribute => attribute is IFactAttribute)
           select $"{type.Name}.{method.Name}",
    ];

    private static void AssertNone(string what, IEnumerable<string> found)
    {
        string[] all = [.. found];
        if (all.Length > 0)
            Assert.Fail($"{what}:\n{string.Join('\n', all)}");
    }

    private static string ReadPage()
    {
        using var reader = new StreamReader(typeof(ContractPageTests).Assembly.GetManifestResourceStream("engine-contract.md")!);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"`(?<name>[A-Z]\w*\.[A-Z]\w*)`")]
    private static partial Regex TestName { get; }
}
