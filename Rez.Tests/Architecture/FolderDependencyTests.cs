using System.Text.RegularExpressions;
using Rez.Tests.Support;

namespace Rez.Tests.Architecture;

/// <summary>The walls of docs/architecture.md, read from the source.</summary>
public sealed partial class FolderDependencyTests
{
    /// <summary>A folder may use those before it.</summary>
    private static readonly string[] Order =
        ["Market", "Indicators", "Trading", "Agent", "Risk", "Strategies", "Simulation", "Hyperliquid", "Binance", "LocalVenue", "Diary", "Desk", "Cycle", "Reporting", "Session", "Replay", "Backtest", "Configuration", "Torture"];

    /// <summary>Narrower than the order: these know only what is named.</summary>
    private static readonly Dictionary<string, string[]> Only = new(StringComparer.Ordinal)
    {
        ["Market"] = [],
        ["Indicators"] = ["Market"],
        ["Trading"] = ["Market"],
        ["Agent"] = ["Market", "Indicators", "Trading"],
        ["Risk"] = ["Market", "Trading"],
        ["Strategies"] = ["Market", "Indicators", "Trading", "Agent"],
        ["Simulation"] = ["Market", "Trading"],
        ["Hyperliquid"] = ["Market", "Trading"],
        ["Binance"] = ["Market"],
        ["LocalVenue"] = ["Market", "Trading", "Simulation", "Hyperliquid"],
        ["Diary"] = ["Market", "Trading"],
        ["Desk"] = ["Market", "Trading", "Risk", "Diary"],
        ["Cycle"] = ["Market", "Indicators", "Trading", "Agent", "Risk", "Diary", "Desk"],
    };

    [Fact]
    public void Every_folder_of_the_core_stands_in_the_order()
    {
        var folders = Directory.GetDirectories(Core).Select(Path.GetFileName).Where(f => f is not ("bin" or "obj"));
        Assert.Equal(Order.Order(StringComparer.Ordinal), folders.Order(StringComparer.Ordinal));
        var documented = File.ReadAllText(Path.Combine(Repo.Root, "docs", "architecture.md"));
        Assert.All(Order, f => Assert.Contains($"| `{f}` |", documented));
    }

    [Fact]
    public void A_folder_uses_only_what_stands_before_it()
    {
        var wrong = new List<string>();
        foreach (var file in Sources())
        {
            var folder = FolderOf(file);
            var allowed = Only.GetValueOrDefault(folder) ?? Order[..Array.IndexOf(Order, folder)];
            foreach (Match match in Reference().Matches(File.ReadAllText(file)))
            {
                var used = match.Groups["folder"].Value;
                if (used != folder && Order.Contains(used) && !allowed.Contains(used))
                {
                    wrong.Add($"{Path.GetRelativePath(Core, file)} uses {used}");
                }
            }
        }

        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("using Rez.Core.Cycle;", "Cycle")]
    [InlineData("using static Rez.Core.Market.Interval;", "Market")]
    [InlineData("var x = new Rez.Core.Simulation.SimulatedClock(t);", "Simulation")]
    public void The_rule_sees_a_use(string line, string folder) =>
        Assert.Contains(Reference().Matches(line), m => m.Groups["folder"].Value == folder);

    [Fact]
    public void The_core_knows_no_web_and_no_host()
    {
        var project = File.ReadAllText(Path.Combine(Core, "Rez.Core.csproj"));
        Assert.DoesNotContain("AspNetCore", project);
        Assert.DoesNotContain("Hosting", project);
        Assert.All(Sources(), f => Assert.DoesNotContain("Microsoft.AspNetCore", File.ReadAllText(f)));
        Assert.DoesNotContain("Rez.Worker", string.Concat(Directory.GetFiles(Path.Combine(Repo.Root, "Rez.Web"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText)));
    }

    private static string Core => Path.Combine(Repo.Root, "Rez.Core");

    internal static IEnumerable<string> Sources() =>
        Directory.GetFiles(Core, "*.cs", SearchOption.AllDirectories).Where(f => FolderOf(f) is not ("bin" or "obj" or ""));

    private static string FolderOf(string file)
    {
        var parts = Path.GetRelativePath(Core, file).Split(Path.DirectorySeparatorChar);
        return parts.Length > 1 ? parts[0] : string.Empty;
    }

    [GeneratedRegex(@"(?:using (?:static )?Rez\.Core\.|\bRez\.Core\.|(?<![\w.])(?=(?:Facts|Storage)\.)|(?<![\w.""])Core\.)(?<folder>[A-Z]\w+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Reference();
}
