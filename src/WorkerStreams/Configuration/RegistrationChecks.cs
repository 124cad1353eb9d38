using WorkerStreams.Engine;

namespace WorkerStreams.Configuration;

/// <summary>What consumers and producers must hold alike: a stream that can have companions, and messages that can be serialized.</summary>
internal sealed class RegistrationChecks(IMessageSerializer serializer, ICollection<string> errors)
{
    /// <summary>Whether both hold; otherwise the errors are noted.</summary>
    public bool Run(string stream, Action<IMessageSerializer> checkCodec, string call)
    {
        var before = errors.Count;
        Try<ArgumentException>(() => new StreamName(stream).Companion("dead"), call);
        Try<NotSupportedException>(() => checkCodec(serializer), call);
        return errors.Count == before;
    }

    private void Try<TException>(Action check, string call)
        where TException : Exception
    {
        try
        {
            check();
        }
        catch (TException error)
        {
            errors.Add($"{call}: {error.Message}");
        }
    }
}
