namespace OrderProcessing;

/// <summary>Where the ledger is: in the file asked for, or in a temporary one that goes with this object.</summary>
internal sealed class LedgerFile : IDisposable
{
    private readonly DirectoryInfo? _temporary;

    public LedgerFile(FileInfo? file)
    {
        _temporary = file is null ? Directory.CreateTempSubdirectory("order-processing-") : null;
        Path = file?.FullName ?? System.IO.Path.Combine(_temporary!.FullName, "ledger.db");
    }

    public string Path { get; }

    public override string ToString() => _temporary is null ? Path : $"{Path} (temporary, deleted at the end)";

    public void Dispose() => _temporary?.Delete(recursive: true);
}
