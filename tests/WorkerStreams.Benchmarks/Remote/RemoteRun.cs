using System.Diagnostics;
using WorkerStreams.Benchmarks.Harness;

namespace WorkerStreams.Benchmarks.Remote;

/// <summary>Times a loop in one direction, or in both at once. It begins with an empty stream, and fails where an entry was not stored, or is left pending.</summary>
internal sealed class RemoteRun(OwnServer server, string stream, IRemoteLoop loop, Direction direction) : IContestant
{
    public const string Group = "billing";

    private const string Beyond = "18446744073709551615-18446744073709551615";

    public async Task RunAsync(int messages, Stopwatch watch)
    {
        watch.Stop();
        await server.Database.StreamTrimAsync(stream, 0);
        if (direction == Direction.Consume)
            await FillAsync(messages - 1);
        watch.Start();
        if (direction == Direction.Publish)
        {
            await loop.PublishAsync(messages);
        }
        else
        {
            // The last message wakes the consumer who waits for new ones.
            var published = direction == Direction.Consume ? 1 : messages;
            // Begun before anything is there to be counted.
            var consumer = loop.ConsumeAsync(messages);
            await BothSides.RunAsync(() => loop.PublishAsync(published), () => consumer);
        }
        watch.Stop();
        await CheckAsync(messages);
    }

    // The group stands beyond every entry meanwhile, so that nobody is handed any.
    private async Task FillAsync(int messages)
    {
        await server.Database.StreamConsumerGroupSetPositionAsync(stream, Group, Beyond);
        await loop.PublishAsync(messages);
        await server.Database.StreamConsumerGroupSetPositionAsync(stream, Group, "0-0");
    }

    private async Task CheckAsync(int messages)
    {
        if (await server.Database.StreamLengthAsync(stream) != messages)
            throw new InvalidOperationException("Not every message was stored once.");
        if (direction == Direction.Publish)
            return;
        // A host acknowledges the last ones after they are handled.
        for (var begun = Stopwatch.GetTimestamp(); (await server.Database.StreamPendingAsync(stream, Group)).PendingMessageCount > 0;)
        {
            if (Stopwatch.GetElapsedTime(begun) > TimeSpan.FromSeconds(5))
                throw new InvalidOperationException("Messages were left pending.");
        }
    }
}

internal enum Direction
{
    Publish,
    Consume,
    Both,
}
