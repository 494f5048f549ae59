using System.ClientModel.Primitives;

namespace Rez.Core.Agent.Model;

/// <summary>Azure's endpoint takes the key in a header of its own, and the classic addresses a version in the query.</summary>
internal sealed class AzureAddressing(ModelOptions options) : PipelinePolicy
{
    public static bool IsMeant(ModelOptions options) =>
        options.ApiVersion.Length > 0 || (Uri.TryCreate(options.BaseUrl, UriKind.Absolute, out var url) && url.Host.EndsWith(".azure.com", StringComparison.OrdinalIgnoreCase));

    public override void Process(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
    {
        Address(message.Request);
        ProcessNext(message, pipeline, currentIndex);
    }

    public override ValueTask ProcessAsync(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
    {
        Address(message.Request);
        return ProcessNextAsync(message, pipeline, currentIndex);
    }

    private void Address(PipelineRequest request)
    {
        request.Headers.Remove("Authorization");
        request.Headers.Set("api-key", options.ApiKey);
        if (options.ApiVersion.Length > 0 && request.Uri is { } uri)
        {
            request.Uri = new UriBuilder(uri) { Query = $"api-version={Uri.EscapeDataString(options.ApiVersion)}" }.Uri;
        }
    }
}
