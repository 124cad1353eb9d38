using System.Globalization;
using StackExchange.Redis;
using WorkerStreams.Engine;

namespace WorkerStreams.Redis.Commands;

/// <summary>The words of a command after its name, as the client takes them. Every text and byte is copied.</summary>
internal sealed class Arguments : List<object>
{
    public Arguments()
    {
    }

    public Arguments(int capacity)
        : base(capacity)
    {
    }

    /// <summary>A key: in a cluster the command goes where it lives.</summary>
    public Arguments Key(StreamName stream) => Word((RedisKey)stream.Bytes.ToArray());

    public Arguments Name(StreamName name) => Value(name.Bytes.ToArray());

    public Arguments Value(RedisValue value) => Word(value);

    public Arguments Text(string word) => Value(word);

    public Arguments Number(long number) => Value(number);

    public Arguments Id(StreamEntryId id) => Value(id.ToString());

    public Arguments Ids(ReadOnlySpan<StreamEntryId> ids)
    {
        foreach (var id in ids)
            Id(id);
        return this;
    }

    public Arguments Bound(RangeBound bound) => Value(bound.Exclusive ? $"({bound.Id}" : bound.Id.ToString());

    /// <summary>A time to have passed, in whole milliseconds: not a part of one too little.</summary>
    public Arguments AtLeast(TimeSpan time) => Number(Math.Max(0, (long)Math.Ceiling(time.TotalMilliseconds)));

    public Arguments Position(GroupPosition position) => position.Id is { } id ? Id(id) : Text("$");

    public Arguments Options(Arguments options)
    {
        AddRange(options);
        return this;
    }

    /// <summary>The names and values, in order. They share one copy.</summary>
    public Arguments Fields(EntryFields fields)
    {
        ReadOnlyMemory<byte> copy = fields.Encoded.ToArray();
        foreach (var field in fields)
        {
            Take(field.Name.Length);
            Take(field.Value.Length);
        }
        return this;

        void Take(int length)
        {
            Value(copy.Slice(sizeof(int), length));
            copy = copy[(sizeof(int) + length)..];
        }
    }

    /// <summary>Ids apart by blanks, for a script.</summary>
    public static string Join(ReadOnlySpan<StreamEntryId> ids)
    {
        var text = new System.Text.StringBuilder(24 * ids.Length);
        foreach (var id in ids)
            text.Append(CultureInfo.InvariantCulture, $"{id} ");
        return text.ToString();
    }

    private Arguments Word(object word)
    {
        Add(word);
        return this;
    }
}
