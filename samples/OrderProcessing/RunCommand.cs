using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Globalization;
using StackExchange.Redis;

namespace OrderProcessing;

/// <summary>The command line.</summary>
internal static class RunCommand
{
    private static readonly Option<FileInfo> Input = new("--input")
    {
        Description = "The order lines, as CSV",
        HelpName = "FILE",
        DefaultValueFactory = _ => new(Path.Combine(AppContext.BaseDirectory, "data", "online-retail.csv")),
        CustomParser = ExistingFile,
    };

    private static readonly Option<EngineChoice> Engine = new("--engine")
    {
        Description = "The stream engine: in this process, in memory or in a folder, such as disk:orders, or of a Redis server, such as redis:localhost:6379 [default: memory]",
        HelpName = "memory|disk:FOLDER|redis:CONFIG",
        DefaultValueFactory = _ => new(),
        CustomParser = StreamEngine,
    };

    private static readonly Option<int> Replicas = new("--replicas")
    {
        Description = "The replicas of the Redis server that are to have a line before it counts as published, 0 to 100",
        HelpName = "N",
        DefaultValueFactory = _ => 0,
        CustomParser = result => Within(result, 0, 100),
    };

    private static readonly Option<FileInfo?> Ledger = new("--ledger")
    {
        Description = "The SQLite file to write to; it may hold the lines of earlier runs [default: a temporary one]",
        HelpName = "FILE",
    };

    private static readonly Option<int> Concurrency = new("--concurrency")
    {
        Description = "Handlers that run at once, 1 to 10000",
        HelpName = "N",
        DefaultValueFactory = _ => 8,
        CustomParser = result => Within(result, 1, 10_000),
    };

    private static readonly Option<double> FailRate = new("--fail-rate")
    {
        Description = "The probability, 0 to 1, that a handler throws, before or after its write",
        HelpName = "P",
        DefaultValueFactory = _ => 0,
        CustomParser = result => Within(result, 0.0, 1.0),
    };

    private static readonly Option<string?> Serve = new("--serve")
    {
        Description = "Keep running and serve /health/live and /health/ready there, such as http://localhost:5080",
        HelpName = "URL",
        CustomParser = HttpAddress,
    };

    public static async Task<int> InvokeAsync(string[] arguments)
    {
        var command = new RootCommand("Publishes order lines to a stream and handles them into a ledger.") { Input, Engine, Replicas, Ledger, Concurrency, FailRate, Serve };
        command.SetAction((parsed, _) => new OrderRun(new()
        {
            Input = parsed.GetRequiredValue(Input),
            Ledger = parsed.GetValue(Ledger),
            Engine = parsed.GetRequiredValue(Engine),
            Replicas = parsed.GetValue(Replicas),
            Concurrency = parsed.GetValue(Concurrency),
            FailRate = parsed.GetValue(FailRate),
            Serve = parsed.GetValue(Serve),
        }).ExecuteAsync());

        var parsed = command.Parse(arguments);
        if (parsed.Action is ParseErrorAction wrong)
            wrong.ShowHelp = false;
        // The host answers to Ctrl-C, and drains.
        var status = await parsed.InvokeAsync(new() { ProcessTerminationTimeout = null });
        return parsed.Action is ParseErrorAction ? ExitStatus.Unusable : status;
    }

    private static FileInfo? ExistingFile(ArgumentResult result)
    {
        var file = new FileInfo(result.Tokens[0].Value);
        if (file.Exists)
            return file;
        result.AddError($"There is no file '{file}'.");
        return null;
    }

    private static T? Within<T>(ArgumentResult result, T least, T most)
        where T : ISpanParsable<T>, IComparable<T>
    {
        var text = result.Tokens[0].Value;
        if (T.TryParse(text, CultureInfo.InvariantCulture, out var value) && value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0)
            return value;
        result.AddError(string.Create(CultureInfo.InvariantCulture, $"'{text}' is not a number from {least} to {most}."));
        return default;
    }

    private static EngineChoice? StreamEngine(ArgumentResult result)
    {
        const string disk = "disk:";
        const string redis = "redis:";
        var text = result.Tokens[0].Value;
        if (text == "memory")
            return new();
        if (text.StartsWith(disk, StringComparison.Ordinal) && text.Length > disk.Length)
            return new(Directory: text[disk.Length..]);
        const string allowed = "Allowed: memory, or disk: and a folder, or redis: and a configuration such as localhost:6379.";
        if (!text.StartsWith(redis, StringComparison.Ordinal))
        {
            result.AddError($"'{text}' is no engine. {allowed}");
            return null;
        }
        try
        {
            if (!text.Split(',')[0].Contains("://", StringComparison.Ordinal) && ConfigurationOptions.Parse(text[redis.Length..]) is { EndPoints.Count: > 0 } configuration)
                return new(Redis: configuration);
            result.AddError($"What follows redis: names no server, or is a URL. {allowed}");
        }
        catch (ArgumentException unreadable)
        {
            // The rest may hold a password.
            result.AddError($"What follows redis: can't be read: {unreadable.Message} {allowed}");
        }
        return null;
    }

    private static string? HttpAddress(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        // Any other host than these would be served on all interfaces.
        if (Uri.TryCreate(text, UriKind.Absolute, out var address)
            && address is { Scheme: "http", UserInfo: "", PathAndQuery: "/", Fragment: "" }
            && address is { HostNameType: UriHostNameType.IPv4 or UriHostNameType.IPv6 } or { Host: "localhost", Port: > 0 })
            return text;
        result.AddError($"'{text}' is not an address such as http://localhost:5080 or http://0.0.0.0:5080.");
        return null;
    }
}
