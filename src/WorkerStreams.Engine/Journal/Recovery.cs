using System.Buffers.Binary;
using System.Security.Cryptography;

namespace WorkerStreams.Engine.Journal;

/// <summary>
/// Finds what is in a folder: the last checkpoint and the log behind it. Cuts off what was not written whole, and refuses what was damaged
/// later, unless it is to repair.
/// </summary>
internal sealed class Recovery(IJournalFolder folder, FileJournalOptions options, IJournalReplay? replay, ChunkFiles? chunks, Repairs? repairs = null)
{
    public RecoveredLog Run()
    {
        // The process before may have been killed before it flushed a name, and what is done now relies on each.
        folder.Flush();
        var names = folder.List();
        CheckVersions(names);
        var checkpoint = new CheckpointLoader(folder, options, replay, chunks, repairs).Load(FileNames.Checkpoints(names));
        var (sequence, start, first) = checkpoint is { } loaded ? (loaded.Number, loaded.Variant, loaded.First) : (0, 1, 1);
        var numbers = FileNames.Segments(names);
        if (checkpoint is null && numbers.Count == 0)
        {
            CheckThatNothingIsLost();
            return Begin(NewLog(), start, sequence, RemoveUnneeded(names, sequence, start));
        }

        var segments = Open(numbers.FindAll(number => number >= start), start, checkpoint?.Log);
        if (segments.Count == 0)
            return Begin(checkpoint?.Log ?? NewLog(), start, sequence, RemoveUnneeded(names, sequence, start));
        var chain = new LogChain(replay, sequence, first);
        var log = new LogFollower(folder, options, segments, chain);
        log.Follow();
        if (log.Damage is { } damage)
        {
            if (repairs is null)
            {
                segments.ForEach(segment => segment.Dispose());
                throw JournalErrors.Damaged(folder, damage);
            }
            repairs.Tell(damage);
            if (chain.Next <= sequence)
            {
                // Nothing of the log is left that the checkpoint has not.
                MoveAside(segments, 0);
                return Begin(segments[0].Header.Log, start, sequence, RemoveUnneeded(names, sequence, start));
            }
        }
        return End(log, chain, segments, RemoveUnneeded(names, sequence, start), sequence);
    }

    // A newer version is refused before anything is changed, whatever file is the first to be of it.
    private void CheckVersions(IReadOnlyList<string> names)
    {
        Check(FileNames.Checkpoints(names).ConvertAll(FileNames.Checkpoint), CheckpointFile.Magic);
        Check(FileNames.Segments(names).ConvertAll(FileNames.Segment), Segment.Magic);
        Check(FileNames.ChunkFiles(names).ConvertAll(FileNames.ChunkFile), ChunkFile.Magic);
        Check(names.Where(static name => name == FileNames.IdCeiling), IdCeilingFile.Magic);

        void Check(IEnumerable<string> files, ReadOnlySpan<byte> magic)
        {
            foreach (var name in files)
            {
                using var file = folder.Open(name);
                FileHeader.TryRead(file, magic, out _);
            }
        }
    }

    // Not before it is known that nothing is refused. Returns the files of segments that can be used again.
    private List<string> RemoveUnneeded(IReadOnlyList<string> names, long checkpoint, long start)
    {
        foreach (var name in names.Where(static name => name.EndsWith(FileNames.Temporary, StringComparison.Ordinal)))
            folder.Delete(name);
        // They were about to be deleted when the one that was loaded was written.
        foreach (var older in FileNames.Checkpoints(names).Where(other => other < checkpoint))
            folder.Delete(FileNames.Checkpoint(older));
        return Free(FileNames.Segments(names).FindAll(number => number < start));
    }

    // No chunk is written before the log's first segment is there.
    private void CheckThatNothingIsLost()
    {
        if (FileNames.ChunkFiles(folder.List()) is not [var first, ..] numbers)
            return;
        var damage = new Damage(FileNames.ChunkFile(first), 0, "There are entries, but neither a checkpoint that tells of them nor a log: both are missing.");
        if (repairs is null)
            throw JournalErrors.Damaged(folder, damage);
        repairs.Tell(damage);
        foreach (var number in numbers)
            repairs.Move(FileNames.ChunkFile(number));
    }

    private static ulong NewLog()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    // A log that has nothing but what the checkpoint holds.
    private RecoveredLog Begin(ulong log, long number, long checkpoint, IReadOnlyList<string> free)
    {
        var segment = new SegmentMaker(folder, log, options.SegmentBytes).Make(number, first: checkpoint + 1);
        segment.FirstSequence = checkpoint + 1;
        return new()
        {
            Log = log,
            Closed = [],
            Active = segment,
            Position = FileHeader.Bytes,
            Prepared = [],
            Free = free,
            Checkpoint = checkpoint,
            LastSequence = checkpoint,
            Marked = checkpoint,
            Bytes = 0,
        };
    }

    private List<Segment> Open(List<long> numbers, long start, ulong? log)
    {
        List<Segment> segments = [];
        for (var i = 0; ; i++)
        {
            var name = FileNames.Segment(start + i);
            if (i == numbers.Count && i > 0)
                return segments;
            if (i == numbers.Count || numbers[i] != start + i)
                return Without(numbers.Skip(i), segments, new(name, 0, "The file is missing, and the log cannot be read without it."));
            var file = folder.Open(name);
            if (Segment.TryOpen(file, start + i) is { } segment && segment.Header.Log == (log ??= segment.Header.Log))
            {
                segments.Add(segment);
                continue;
            }
            file.Dispose();
            return Without(
                numbers.Skip(i),
                segments,
                new(name, 0, "The header is not as it was written, or the file is shorter than it was, or it belongs to another log."));
        }
    }

    private List<Segment> Without(IEnumerable<long> numbers, List<Segment> segments, Damage damage)
    {
        if (repairs is null)
        {
            segments.ForEach(segment => segment.Dispose());
            throw JournalErrors.Damaged(folder, damage);
        }
        repairs.Tell(damage);
        foreach (var number in numbers)
            repairs.Move(FileNames.Segment(number));
        return segments;
    }

    // Of segments before the first that is needed, those of the right size can be used again.
    private List<string> Free(List<long> numbers)
    {
        List<string> free = [];
        foreach (var name in numbers.ConvertAll(FileNames.Segment))
        {
            long length;
            using (var file = folder.Open(name))
                length = file.Length;
            if (length == options.SegmentBytes && free.Count < options.SpareSegments)
                free.Add(name);
            else
                folder.Delete(name);
        }
        return free;
    }

    private RecoveredLog End(LogFollower log, LogChain chain, List<Segment> segments, IReadOnlyList<string> free, long checkpoint)
    {
        var (end, position) = (log.EndSegment, log.EndPosition);
        chain.Drop();
        if (log.Damage is not null)
        {
            repairs!.Copy(segments[end].File, position, segments[end].Size);
            MoveAside(segments, end + 1);
            segments.RemoveRange(end + 1, segments.Count - end - 1);
        }
        else if (log.IsTorn)
        {
            options.Log?.Invoke(new(
                JournalEventKind.TornTailCut,
                $"The last writes to the journal in '{folder.Path}' were not complete: "
                + $"'{segments[end].File.Name}' is cut off at byte {position}, behind record {chain.Next - 1}."));
        }
        else if (log.MayLackItsEnd)
        {
            options.Log?.Invoke(new(
                JournalEventKind.EndMayBeMissing,
                $"The log in '{folder.Path}' ends with record {chain.Next - 1} at the very end of '{segments[end].File.Name}', and the next segment, which is made ahead, is not there. "
                + "Was the disk not full to the last byte then, files were lost, or not restored, and with them whatever was recorded later."));
        }
        // What was cut off must never come back, wherever the log ends next time.
        if (log.IsTorn || log.Damage is not null)
            SegmentMaker.WriteZeros(segments[end].File, position, segments[end].Size);
        // What was replayed may have been with the operating system only.
        for (var i = 0; i <= end; i++)
            segments[i].File.Flush();
        for (var i = end + 1; i < segments.Count; i++)
            segments[i] = SegmentMaker.BeginAnew(segments[i]);
        return new()
        {
            Log = segments[0].Header.Log,
            Closed = segments[..end],
            Active = segments[end],
            Position = position,
            Prepared = segments[(end + 1)..],
            Free = free,
            Checkpoint = checkpoint,
            LastSequence = chain.Next - 1,
            Marked = chain.Durable,
            Bytes = chain.Bytes,
        };
    }

    private void MoveAside(List<Segment> segments, int from)
    {
        for (var i = from; i < segments.Count; i++)
        {
            segments[i].Dispose();
            repairs!.Move(segments[i].File.Name);
        }
    }
}
