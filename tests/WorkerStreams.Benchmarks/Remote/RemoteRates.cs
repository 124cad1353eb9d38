using WorkerStreams.Benchmarks.Harness;

namespace WorkerStreams.Benchmarks.Remote;

/// <summary>Messages a second: publishing, consuming, and both at once.</summary>
internal sealed class RemoteRates(OwnServer server, Report report, Effort effort)
{
    private static readonly Bar s_ofByHand = Bar.AtLeast(0.9), s_ofOneByOne = Bar.AtLeast(5), s_allocated = Bar.AtMost(400);

    public async Task RunAsync()
    {
        if (effort == Effort.Full)
        {
            await RunAsync(Direction.Publish);
            await RunAsync(Direction.Consume);
        }
        await RunAsync(Direction.Both);
    }

    private async Task RunAsync(Direction direction)
    {
        var name = $"redis/{direction.ToString().ToLowerInvariant()}";
        await using var ours = await HostedLoop.StartAsync(server, $"{name}/hosted", consumes: direction != Direction.Publish);
        await using var typed = await ClientLoop.StartAsync(server, $"{name}/by-hand", new JsonPayload());
        await using var bytes = await ClientLoop.StartAsync(server, $"{name}/by-hand-bytes", new BytesPayload());
        await using var socket = await SocketLoop.StartAsync(server, $"{name}/socket");
        await using var naive = await ClientLoop.StartAsync(server, $"{name}/one-by-one", new JsonPayload(), acknowledgesEach: true);
        (string Name, IRemoteLoop Loop)[] loops = [("hosted", ours), ("by-hand", typed), ("one-by-one", naive), ("by-hand-bytes", bytes), ("socket", socket)];
        // What acknowledges one by one publishes like the others.
        if (direction == Direction.Publish)
            loops = [.. loops.Where(loop => loop.Loop != naive)];
        if (effort == Effort.Guard)
            loops = loops[..3];
        var results = await new Race(effort).RunAsync([.. loops.Select(loop => new RemoteRun(server, $"{name}/{loop.Name}", loop.Loop, direction))]);
        var held = direction == Direction.Both;
        for (var i = 1; i < loops.Length; i++)
        {
            report.Rate($"{name}/{loops[i].Name}", results[i]);
            // What is consumed was published before, and that is allocated too.
            if (direction != Direction.Consume)
                report.Allocated($"{name}/{loops[i].Name}", results[i].BytesPerMessage);
            report.Rate(
                $"{name}:{loops[i].Name}", results[0], results[0].RatioTo(results[i]),
                held && loops[i].Loop == typed ? s_ofByHand : held && loops[i].Loop == naive ? s_ofOneByOne : null);
        }
        if (direction != Direction.Consume)
            report.Allocated($"{name}:allocated", results[0].BytesPerMessage - results[1].BytesPerMessage, held ? s_allocated : null);
    }
}
