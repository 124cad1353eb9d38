namespace WorkerStreams.Benchmarks.Harness;

/// <summary>Times contestants by turns, forwards and backwards, so that whatever else the machine does hits all of them alike.</summary>
internal sealed class Race(Effort effort)
{
    /// <summary>Warms up, then takes a sample of each contestant in every round.</summary>
    /// <returns>The results, in the order of the contestants.</returns>
    public async Task<Result[]> RunAsync(params IReadOnlyList<IContestant> contestants)
    {
        var lengths = new int[contestants.Count];
        for (var i = 0; i < lengths.Length; i++)
            lengths[i] = await FindLengthAsync(contestants[i]);

        var samples = contestants.Select(_ => new Sample[effort.Rounds]).ToArray();
        for (var round = 0; round < effort.Rounds; round++)
        {
            for (var turn = 0; turn < lengths.Length; turn++)
            {
                var i = round % 2 == 0 ? turn : lengths.Length - 1 - turn;
                samples[i][round] = await Sample.TakeAsync(contestants[i], lengths[i]);
            }
        }
        return [.. samples.Select(taken => new Result(taken))];
    }

    // After the warm-up, what is hot has been compiled with full optimization. All samples together take twice as long as the last.
    private async Task<int> FindLengthAsync(IContestant contestant)
    {
        for (var messages = 1_000; ; messages *= 2)
        {
            var sample = await Sample.TakeAsync(contestant, messages);
            if (sample.Elapsed >= effort.WarmUp / 2)
                return Math.Max(1, (int)(messages * (effort.SampleTime / sample.Elapsed) / 1_000)) * 1_000;
        }
    }
}
