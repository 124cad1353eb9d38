using WorkerStreams.Engine.Contract;

namespace WorkerStreams.Server.Tests.Contracts;

public sealed class WholeSuiteTests
{
    [Theory]
    [InlineData(typeof(Resp2Fixture))]
    [InlineData(typeof(Resp3Fixture))]
    public void Every_contract_is_run_but_that_of_limits_in_bytes(Type fixture)
    {
        Type[] tests = [.. typeof(WholeSuiteTests).Assembly.GetExportedTypes().Where(test => test.IsAssignableTo(typeof(IClassFixture<>).MakeGenericType(fixture)))];
        var contracts = typeof(EngineContract).Assembly.GetExportedTypes().Where(type => type.IsAbstract && type.IsSubclassOf(typeof(EngineContract)));
        Assert.Equal([typeof(ReadBytesContract)], contracts.Where(contract => !tests.Any(test => test.IsSubclassOf(contract))));
    }
}
