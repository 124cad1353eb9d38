namespace WorkerStreams.Engine.Contract.Reference;

/// <summary>A command and how its reply reads, to be run on any engine.</summary>
internal record RandomCommand(string Text, Func<IStreamEngine, Task<string>> Run)
{
    /// <summary>The reply, or the refusal, as text.</summary>
    public async Task<string> ReplyOf(IStreamEngine engine)
    {
        try
        {
            return await Run(engine);
        }
        catch (StreamEngineException refusal)
        {
            return $"{refusal.Code}: {refusal.Message}";
        }
    }
}
