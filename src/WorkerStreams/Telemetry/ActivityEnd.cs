using System.Diagnostics;

namespace WorkerStreams.Telemetry;

internal static class ActivityEnd
{
    /// <summary>Ends a span, as failed where there is an error.</summary>
    public static void End(this Activity activity, Exception? error)
    {
        if (error is not null)
        {
            var (name, value) = Tags.ErrorType(error);
            activity.SetTag(name, value).SetStatus(ActivityStatusCode.Error, error.Message).AddException(error);
        }
        activity.Dispose();
    }
}
