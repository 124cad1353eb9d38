using System.Runtime.CompilerServices;

namespace WorkerStreams.Engine.InProcess;

/// <summary>
/// A lock for a few hundred instructions, which is what a command takes: who finds it held spins. Half the cost of <see cref="Lock"/>, since it does
/// not know who holds it; not to be entered twice.
/// </summary>
internal struct Gate
{
    private int _held;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        if (Interlocked.Exchange(ref _held, 1) != 0)
            Wait();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Exit() => Volatile.Write(ref _held, 0);

    private void Wait()
    {
        var wait = new SpinWait();
        do
            wait.SpinOnce(sleep1Threshold: -1);
        while (Volatile.Read(ref _held) != 0 || Interlocked.Exchange(ref _held, 1) != 0);
    }
}
