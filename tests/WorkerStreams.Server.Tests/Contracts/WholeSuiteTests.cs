using WorkerStreams.Engine.Contract;

namespace WorkerStreams.Server.Tests.Contracts;

public sealed class WholeSuiteTests
{
    [Theory]
    [InlineData(typeof(Resp2Fixture), typeof(Resp2ClockFixture))]
    [InlineData(typeof(Resp3Fixture), typeof(Resp3ClockFixture))]
    public void Every_contract_is_run_but_that_of_limits_in_bytes(params Type[] fixtures)
    {
        var kinds = fixtures.Select(static fixture => typeof(IClassFixture<>).MakeGenericType(fixture));
        Type[] tests = [.. typeof(WholeSuiteTests).Assembly.GetExportedTypes().Where(test => kinds.Any(test.IsAssignableTo))];
        var contracts = typeof(EngineContract).Assembly.GetExportedTypes().Where(static type => type.IsAbstract && type.IsSubclassOf(typeof(EngineContract)));
        Assert.Equal([typeof(ReadBytesContract)], contracts.Where(contract => !tests.Any(test => test.IsSubclassOf(contract))));
    }
}
