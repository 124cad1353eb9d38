using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerStreams;

var builder = Host.CreateApplicationBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Critical); // what goes to the dead letters is no news here
builder.Services.AddSingleton<Bank>();
builder.Services.AddStreamProducer<Payment>("payments", producer => producer.UntilAcknowledged = true);
builder.Services.AddStreamConsumer<Payment, PaymentHandler>("payments", group: "booking", consumer =>
{
    consumer.Concurrency = 1;
    consumer.DeadLetterOn<FormatException>();
});
using var host = builder.Build();
await host.StartAsync();

var producer = host.Services.GetRequiredService<IStreamProducer<Payment>>();
await producer.PublishAsync(new Payment("alice", "10.00"));
await producer.PublishAsync(new Payment("alice", "ten"));
await producer.PublishAsync(new Payment("bob", "20.00"));

var deadLetters = host.Services.GetRequiredService<IDeadLetters>();
while (await deadLetters.CountAsync("payments") < 2)
    await Task.Delay(TimeSpan.FromSeconds(0.1), TimeProvider.System);
foreach (var letter in await deadLetters.ListAsync("payments"))
{
    Console.WriteLine($"given up by {letter.Group}: {letter.Reason}: {letter.Fields}");
    if (letter.Reason == "handler-failed")
        await deadLetters.DeleteAsync("payments", [letter.Id]);
}
host.Services.GetRequiredService<Bank>().Open("bob");
var redriven = await deadLetters.RedriveAllAsync("payments", new RedriveOptions { MessagesPerSecond = 100 });
Console.WriteLine($"redriven: {redriven}");
await host.WaitForShutdownAsync();

internal sealed record Payment(string Account, string Amount);

internal sealed class PaymentHandler(Bank bank) : IStreamHandler<Payment>
{
    public ValueTask HandleAsync(Payment payment, StreamContext context, CancellationToken cancellation)
    {
        var amount = decimal.Parse(payment.Amount, CultureInfo.InvariantCulture); // a FormatException is no case for another try
        if (!bank.IsOpen)
            context.RetryAfter(TimeSpan.FromSeconds(1));
        else if (!bank.TryBook(payment.Account, amount))
            context.DeadLetter($"no account {payment.Account}");
        return ValueTask.CompletedTask;
    }
}

/// <summary>Opens when it is asked for the third time.</summary>
internal sealed class Bank
{
    private readonly ConcurrentDictionary<string, decimal> _accounts = new() { ["alice"] = 0 };
    private int _asked;

    public bool IsOpen => Interlocked.Increment(ref _asked) > 2;

    public void Open(string account) => _accounts.TryAdd(account, 0);

    public bool TryBook(string account, decimal amount)
    {
        if (!_accounts.ContainsKey(account))
            return false;
        var balance = _accounts.AddOrUpdate(account, amount, (_, before) => before + amount);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"booked {amount} for {account}: {balance}"));
        return true;
    }
}
