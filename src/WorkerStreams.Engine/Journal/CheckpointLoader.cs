namespace WorkerStreams.Engine.Journal;

/// <summary>Finds the last checkpoint that is undamaged, and loads it.</summary>
internal sealed class CheckpointLoader(IJournalFolder folder, FileJournalOptions options, IJournalReplay? replay, ChunkFiles? chunks, Repairs? repairs)
{
    /// <summary>Loads it.</summary>
    /// <param name="sequences">Those of the checkpoints that are there, ascending.</param>
    /// <returns>Its header, or null where there is none.</returns>
    /// <exception cref="IOException">All are damaged.</exception>
    public FileHeader? Load(List<long> sequences)
    {
        Damage? damage = null;
        for (var i = sequences.Count - 1; i >= 0; i--)
        {
            if (TryLoad(sequences[i], isLast: i == 0, out var header, out var found))
            {
                if (damage is { } skipped)
                    Tell(skipped, header);
                replay?.CheckpointLoaded(header.Number);
                return header;
            }
            damage ??= found;
        }
        if (damage is not { } all)
            return null;
        if (repairs is null)
            throw JournalErrors.Damaged(folder, all);
        repairs.Tell(all);
        foreach (var sequence in sequences)
            repairs.Move(FileNames.Checkpoint(sequence));
        // Without them nobody knows what is in these.
        foreach (var number in FileNames.ChunkFiles(folder.List()))
            repairs.Move(FileNames.ChunkFile(number));
        return null;
    }

    private bool TryLoad(long sequence, bool isLast, out FileHeader header, out Damage damage)
    {
        using var file = folder.Open(FileNames.Checkpoint(sequence));
        var offset = 0L;
        var isUndamaged = FileHeader.TryRead(file, CheckpointFile.Magic, out header) && header.Number == sequence;
        chunks?.Log = header.Log;
        // Where there is another to fall back on, nothing is loaded before all was read.
        if (!isLast)
            isUndamaged = isUndamaged && CheckpointFile.TryRead(file, header, replay: null, out offset);
        var loading = replay is null ? null : new LoadingProgress(replay, folder, file, options);
        isUndamaged = isUndamaged && CheckpointFile.TryRead(file, header, loading, out offset);
        damage = new(file.Name, offset, "The checkpoint is not as it was written.");
        return isUndamaged;
    }

    private void Tell(Damage skipped, FileHeader loaded) => options.Log?.Invoke(new(
        JournalEventKind.CheckpointSkipped,
        $"In '{folder.Path}' the checkpoint '{skipped.File}' is damaged at byte {skipped.Offset}; "
        + $"'{FileNames.Checkpoint(loaded.Number)}' was loaded instead, and the log since then is replayed."));
}
