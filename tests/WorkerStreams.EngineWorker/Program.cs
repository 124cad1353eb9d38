using System.Globalization;
using WorkerStreams.Engine;
using WorkerStreams.EngineWorker;

// Works on an engine's folder until it is killed, and tells of each call before it is made and when it has returned. First it tells what it has found there.
var (folder, seed, tasks) = (args[0], Number(args[1]), Number(args[2]));
var now = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(args[3], CultureInfo.InvariantCulture));
var isMemoryShort = bool.Parse(args[4]);
using var story = new Story();
using var engine = new InProcessStreamEngine(new()
{
    DataDirectory = folder,
    FlushPolicy = FlushPolicy.Always,
    SegmentBytes = 64 * 1024,
    CheckpointBytes = 32 * 1024,
    NodeMaxEntries = 10,
    MaxMemory = isMemoryShort ? Ballast.MaxMemory : null,
    TimeProvider = new FrozenClock(now),
    JournalLog = happened => story.Tell($"log {happened.Kind} {happened.Message}"),
});
for (var task = 0; task < tasks; task++)
{
    foreach (var line in await OwnState.ReadAsync(engine, OwnWork.TagOf(task), now))
        story.Tell($"state own-{task} {line}");
}
foreach (var line in await SharedWork.StateAsync(engine))
    story.Tell($"state shared {line}");
story.Tell("found");
await SharedWork.PrepareAsync(engine);
using var ballast = isMemoryShort ? await Ballast.TakeAsync(engine) : null;
await Task.WhenAll(Enumerable.Range(0, tasks).Select(WorkAsync));

async Task WorkAsync(int task)
{
    await Task.Yield();
    var random = new Random(seed + task);
    var shared = new SharedWork(engine, story, random, task, args[1]);
    await shared.ResumeAsync();
    var own = await OwnWork.BeginAsync(engine, seed + task, OwnWork.TagOf(task), now);
    while (true)
    {
        if (random.Next(4) == 0)
        {
            await shared.StepAsync();
            continue;
        }
        var command = own.Next();
        await story.TellAsync($"own-{task}", command.Text, () => command.ReplyOf(engine));
    }
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
