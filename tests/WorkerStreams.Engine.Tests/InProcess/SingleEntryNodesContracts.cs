using WorkerStreams.Engine.Contract;
using Xunit;

namespace WorkerStreams.Engine.Tests.InProcess;

public sealed class SingleEntryNodesRange(SingleEntryNodesFixture fixture) : RangeContract(fixture), IClassFixture<SingleEntryNodesFixture>;

public sealed class SingleEntryNodesReading(SingleEntryNodesFixture fixture) : ReadingContract(fixture), IClassFixture<SingleEntryNodesFixture>;

public sealed class SingleEntryNodesDeleting(SingleEntryNodesFixture fixture) : DeletingContract(fixture), IClassFixture<SingleEntryNodesFixture>;

public sealed class SingleEntryNodesStreamInfo(SingleEntryNodesFixture fixture) : StreamInfoContract(fixture), IClassFixture<SingleEntryNodesFixture>;
