using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace WorkerStreams.Tests.Serialization;

/// <summary>Runs a theory with either kind of metadata.</summary>
public sealed class CombinatorialMetadataAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([new TheoryDataRow<Metadata>(Metadata.Reflection), new TheoryDataRow<Metadata>(Metadata.SourceGenerated)]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
