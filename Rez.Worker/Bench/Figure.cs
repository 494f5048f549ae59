using System.Runtime.InteropServices;

namespace Rez.Worker.Bench;

/// <summary>One measured figure and what it should reach.</summary>
/// <param name="Goal">In words; empty when there is none.</param>
/// <param name="Met">Null when there is no goal.</param>
internal sealed record Figure(string Name, double Value, string Unit, string Goal = "", bool? Met = null);

/// <summary>A run of a benchmark with what it ran on.</summary>
internal sealed record BenchReport(string Bench, string Machine, string Date, string Runtime, IReadOnlyList<Figure> Figures)
{
    public static BenchReport Of(string bench, IReadOnlyList<Figure> figures) =>
        new(bench, Cpu(), TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd"), Describe(), figures);

    private static string Describe()
    {
#if DEBUG
        const string Build = "Debug build: figures mean little";
#else
        const string Build = "Release build";
#endif
        return $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}, {Build}";
    }

    private static string Cpu()
    {
        var model = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
            : null;
        return $"{model ?? RuntimeInformation.ProcessArchitecture.ToString()}, {Environment.ProcessorCount} cores";
    }
}
