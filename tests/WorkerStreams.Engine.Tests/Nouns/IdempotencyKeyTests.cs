using Xunit;

namespace WorkerStreams.Engine.Tests.Nouns;

/// <summary>By what an append is known that is to be done once.</summary>
public sealed class IdempotencyKeyTests
{
    [Fact]
    public void Names_must_not_be_empty()
    {
        Assert.Equal("ERR syntax error, IDMP requires a non-empty producer ID", Assert.Throws<StreamEngineException>(() => IdempotencyKey.Of("", "1")).Message);
        Assert.Equal("ERR syntax error, IDMP requires a non-empty idempotent ID", Assert.Throws<StreamEngineException>(() => IdempotencyKey.Of("p", "")).Message);
        Assert.Equal("ERR syntax error, IDMPAUTO requires a non-empty producer ID", Assert.Throws<StreamEngineException>(() => IdempotencyKey.OfFields("")).Message);
    }
}
