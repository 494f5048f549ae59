using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Rez.Web.Hosting;

/// <summary>
/// Serves <c>/_framework/blazor.web.js</c> out of a runtime pack's assembly, where build/BlazorScript.targets put it; see there for
/// why. When the file is not beside the program the framework's own asset is used.
/// </summary>
internal static class BlazorScript
{
    private const string Resource = "_framework/blazor.web.js";

    public static void Map(IEndpointRouteBuilder app)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "blazor-script", "Microsoft.AspNetCore.Components.Endpoints.dll");
        if (!File.Exists(path))
        {
            return;
        }

        var script = Read(path);
        var etag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(script))[..16]}\"");
        app.MapGet("/" + Resource, () => Results.Bytes(script, "text/javascript; charset=utf-8", entityTag: etag)).ExcludeFromDescription();
    }

    /// <summary>The embedded resource's bytes, without loading the assembly.</summary>
    private static byte[] Read(string path)
    {
        using var file = File.OpenRead(path);
        using var pe = new PEReader(file);
        var metadata = pe.GetMetadataReader();
        var resources = pe.GetSectionData(pe.PEHeaders.CorHeader!.ResourcesDirectory.RelativeVirtualAddress);
        foreach (var handle in metadata.ManifestResources)
        {
            var resource = metadata.GetManifestResource(handle);
            if (metadata.GetString(resource.Name) == Resource && resource.Implementation.IsNil)
            {
                var reader = resources.GetReader((int)resource.Offset, resources.Length - (int)resource.Offset);
                return reader.ReadBytes(reader.ReadInt32());
            }
        }

        throw new InvalidOperationException($"{path} holds no {Resource}.");
    }
}
