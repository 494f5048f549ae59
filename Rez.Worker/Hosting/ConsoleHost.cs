namespace Rez.Worker.Hosting;
internal static class ConsoleHost
{
    public static Task<int> RunAsync(DemoHost host, bool json, CancellationToken cancel) => throw new InvalidOperationException("web soon");
}
