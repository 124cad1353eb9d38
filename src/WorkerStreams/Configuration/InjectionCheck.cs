using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace WorkerStreams.Configuration;

/// <summary>
/// Finds classes that take an <see cref="IStreamProducer{TMessage}"/> without a key although there are several of that type. It sees the
/// constructors of classes registered as such, handlers and hosted services among them; what factories do shows when they run.
/// </summary>
internal static class InjectionCheck
{
    public static void Run(RegisteredServices services, IEnumerable<ProducerRegistration> producers, ICollection<string> errors)
    {
        var ambiguous = producers.ToLookup(producer => producer.MessageType).Where(sameType => sameType.Count() > 1)
            .ToDictionary(sameType => sameType.Key, sameType => sameType.Select(producer => producer.Stream).ToArray());
        if (ambiguous.Count == 0)
            return;
        foreach (var descriptor in services.Descriptors)
        {
            if ((descriptor.IsKeyedService ? descriptor.KeyedImplementationType : descriptor.ImplementationType) is { } type
                && FindUnkeyed(type, ambiguous.ContainsKey) is { } message)
                errors.Add($"{TypeName.Of(type)} injects {Ambiguity(message, ambiguous[message])}");
        }
    }

    /// <summary>What an injection without a key can't decide, and what is allowed.</summary>
    public static string Ambiguity(Type message, IEnumerable<string> streams) =>
        $"IStreamProducer<{TypeName.Of(message)}>, which may publish to {string.Join(" or ", streams.Select(stream => $"'{stream}'"))}."
        + $" Allowed: a key, as in [FromKeyedServices(\"{streams.First()}\")].";

    // With several constructors the container may take one that asks for no producer, so all must.
    private static Type? FindUnkeyed(
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type type, Predicate<Type> isAmbiguous)
    {
        Type? found = null;
        foreach (var constructor in type.GetConstructors())
        {
            found = constructor.GetParameters().Select(MessageOfUnkeyedProducer).FirstOrDefault(message => message is not null && isAmbiguous(message));
            if (found is null)
                return null;
        }
        return found;
    }

    private static Type? MessageOfUnkeyedProducer(ParameterInfo parameter) =>
        parameter.ParameterType is { IsConstructedGenericType: true } type
        && type.GetGenericTypeDefinition() == typeof(IStreamProducer<>)
        && !parameter.IsDefined(typeof(FromKeyedServicesAttribute))
            ? type.GetGenericArguments()[0]
            : null;
}
