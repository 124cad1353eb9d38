using WorkerStreams.Engine;

namespace WorkerStreams;

/// <summary>A message could not be published, or it is not known whether it was.</summary>
public sealed class PublishException : Exception
{
    internal PublishException(string message, PublishFailure failure, IReadOnlyList<AppendResult> results, Exception? innerException)
        : base(message, innerException) => (Failure, Results) = (failure, results);

    /// <summary>Whether it is certain that nothing is stored. With several messages: <see cref="PublishFailure.MayBeStored"/> if any may be.</summary>
    public PublishFailure Failure { get; }

    /// <summary>What became of each message, in their order. Of a sequence whose length is not known, those taken from it so far; the others are not stored.</summary>
    public IReadOnlyList<AppendResult> Results { get; }
}

/// <summary>What a failed publish leaves behind.</summary>
public enum PublishFailure
{
    /// <summary>The message is certainly not stored: publishing again makes no duplicate.</summary>
    NotStored,

    /// <summary>The engine did not say, or its answer got lost: the message may be stored, and publishing again may make a duplicate.</summary>
    MayBeStored,
}
