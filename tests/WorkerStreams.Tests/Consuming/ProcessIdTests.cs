using System.Diagnostics;
using WorkerStreams.Consuming;

namespace WorkerStreams.Tests.Consuming;

/// <summary>Which processes are known to have ended.</summary>
public sealed class ProcessIdTests
{
    [Fact]
    public void This_one_has_not() => Assert.False(ProcessId.HasEnded(ProcessId.Current));

    [Fact]
    public void One_whose_number_another_process_has_now_has() => Assert.True(ProcessId.HasEnded(ProcessId.Current + "0"));

    [Theory]
    [InlineData("")]
    [InlineData("elsewhere:0:1:2")]
    [InlineData("not one")]
    public void Of_one_elsewhere_nobody_knows(string id) => Assert.False(ProcessId.HasEnded(id));

    [Fact]
    public void Of_one_of_this_name_elsewhere_nobody_knows() => Assert.False(ProcessId.HasEnded(Environment.MachineName + ":another boot" + ProcessId.Current[^12..]));

    [Fact]
    public async Task A_child_has_when_it_was_killed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It needs a sleep to start.");
        using var child = Process.Start("sleep", "60");
        var id = ProcessId.Of(child.Id);
        Assert.False(ProcessId.HasEnded(id));
        child.Kill();
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(ProcessId.HasEnded(id));
    }
}
