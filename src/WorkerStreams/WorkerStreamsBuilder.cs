using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WorkerStreams.Configuration;
using WorkerStreams.Engine;

namespace WorkerStreams;

/// <summary>Chooses the engine and the serializer; what <c>AddWorkerStreams</c> returns.</summary>
public sealed class WorkerStreamsBuilder
{
    internal WorkerStreamsBuilder(IServiceCollection services) => Services = services;

    /// <summary>The application's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>
    /// The streams live in this process: the default. Settings under <c>WorkerStreams:Engine</c> in configuration win over <paramref name="configure"/>.
    /// Of several choices of an engine the last one counts.
    /// </summary>
    /// <param name="configure">Changes the options, whose clock is the application's <see cref="TimeProvider"/>; null leaves them.</param>
    public WorkerStreamsBuilder UseInProcess(Func<InProcessEngineOptions, InProcessEngineOptions>? configure = null) =>
        Use(new InProcessRegistration(configure));

    /// <summary>The streams live in another engine. Of several choices of an engine the last one counts.</summary>
    /// <param name="create">Makes the engine; called once. It is disposed with the application's services.</param>
    public WorkerStreamsBuilder UseEngine(Func<IServiceProvider, IStreamEngine> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        return Use(new CustomRegistration(create));
    }

    /// <summary>
    /// The streams live in another engine that has settings of its own in the configuration. Of several choices of an engine the last one counts.
    /// </summary>
    /// <param name="settings">The settings, and the section they stand in.</param>
    /// <param name="options">Makes the options as code sets them; called when the host starts, before configuration is put over them.</param>
    /// <param name="create">Makes the engine; called once, if all settings are allowed. It is disposed with the application's services.</param>
    public WorkerStreamsBuilder UseEngine<TOptions>(
        EngineSettings<TOptions> settings, Func<TOptions> options, Func<IServiceProvider, TOptions, IStreamEngine> create)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(create);
        return Use(new CustomRegistration<TOptions>(settings, options, create));
    }

    /// <summary>
    /// Changes the options of the JSON serializer, which start as <see cref="JsonSerializerDefaults.Web"/>. A source-generated context goes in with
    /// <c>json => json.TypeInfoResolverChain.Insert(0, MyContext.Default)</c>. Several calls add up; they mean nothing after <see cref="UseSerializer"/>.
    /// </summary>
    public WorkerStreamsBuilder ConfigureJson(Action<JsonSerializerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Services.AddSingleton(new JsonConfiguration(configure));
        return this;
    }

    /// <summary>Replaces the JSON serializer.</summary>
    public WorkerStreamsBuilder UseSerializer(IMessageSerializer serializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        Services.Replace(ServiceDescriptor.Singleton(serializer));
        return this;
    }

    private WorkerStreamsBuilder Use(EngineRegistration engine)
    {
        Services.Replace(ServiceDescriptor.Singleton(engine));
        return this;
    }
}
