using System.IO.Compression;
using System.Text.Json;

namespace Rez.Tests.Support;

/// <summary>The reference data beside the checkout (REZ_SHARED, by default ../shared). Tests that need it skip, saying so.</summary>
internal static class Shared
{
    public const string Why = "needs the reference data of REZ_SHARED (default: ../shared beside the checkout), which is not here";

    private static readonly Lazy<string?> Root = new(Find);

    /// <summary>Absolute path of a file or folder of the reference data; skips the test where it is absent.</summary>
    public static string Path(params string[] parts)
    {
        Assert.SkipUnless(Root.Value is not null, Why);
        return System.IO.Path.Combine([Root.Value!, .. parts]);
    }

    public static JsonElement GzJson(params string[] parts)
    {
        using var file = File.OpenRead(Path(parts));
        using var gz = new GZipStream(file, CompressionMode.Decompress);
        return JsonDocument.Parse(gz).RootElement.Clone();
    }

    private static string? Find()
    {
        var given = Environment.GetEnvironmentVariable("REZ_SHARED");
        var folder = string.IsNullOrEmpty(given) ? System.IO.Path.Combine(Repo.Root, "..", "shared") : given;
        return Directory.Exists(System.IO.Path.Combine(folder, "data")) ? System.IO.Path.GetFullPath(folder) : null;
    }
}

/// <summary>The checkout the tests were built from.</summary>
internal static class Repo
{
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(System.IO.Path.Combine(at.FullName, "Rez.sln")))
        {
            at = at.Parent;
        }

        return at?.FullName ?? throw new InvalidOperationException("Rez.sln is in no folder above the test binaries.");
    }
}
