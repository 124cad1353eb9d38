using System.IO.Pipelines;
using System.Net;

namespace WorkerStreams.Server.Sessions;

/// <summary>What carries a client's bytes.</summary>
/// <param name="Input">What it sends; a pending read of it is cancelled to have the client go.</param>
/// <param name="Output">What it is sent.</param>
/// <param name="Remote">Where it is.</param>
/// <param name="Local">Where it has come to.</param>
/// <param name="End">Has the client go in order.</param>
/// <param name="Abort">Ends the connection at once, whatever it does.</param>
/// <param name="CloseAsync">Ends it once the client has taken what was written, or does not.</param>
/// <param name="Gone">Fires when the client has gone, or is to go.</param>
internal sealed record ClientConnection(PipeReader Input, PipeWriter Output, EndPoint? Remote, EndPoint? Local, Action End, Action Abort, Func<Task> CloseAsync, CancellationToken Gone);
