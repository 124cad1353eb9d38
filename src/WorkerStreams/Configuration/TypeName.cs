namespace WorkerStreams.Configuration;

/// <summary>Types as C# writes them, without namespaces: <c>Handler&lt;Order&gt;</c>.</summary>
internal static class TypeName
{
    public static string Of(Type type) =>
        type.IsGenericType
            ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Of))}>"
            : type.Name;
}
