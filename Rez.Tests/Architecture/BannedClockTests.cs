using System.Text.RegularExpressions;

namespace Rez.Tests.Architecture;

/// <summary>Time and randomness are injected: the core may not reach for them.</summary>
public sealed partial class BannedClockTests
{
    [Fact]
    public void The_core_reads_no_clock_and_draws_no_chance_of_its_own()
    {
        var found = FolderDependencyTests.Sources().SelectMany(f => File.ReadLines(f).Select((line, i) => (f, i, line)))
            .Where(x => Banned().IsMatch(x.line) && !x.line.TrimStart().StartsWith("//", StringComparison.Ordinal))
            .Select(x => $"{x.f}:{x.i + 1}: {x.line.Trim()}");
        Assert.Empty(found);
    }

    [Theory]
    [InlineData("var t = DateTime.UtcNow;", true)]
    [InlineData("var t = DateTimeOffset.Now;", true)]
    [InlineData("var t = TimeProvider.System;", true)]
    [InlineData("var r = Random.Shared.Next();", true)]
    [InlineData("var r = new Random(1);", true)]
    [InlineData("var g = Guid.NewGuid();", true)]
    [InlineData("await Task.Delay(100, cancel);", true)]
    [InlineData("await Task.Delay(TimeSpan.FromSeconds(1));", true)]
    [InlineData("Thread.Sleep(1);", true)]
    [InlineData("var s = Stopwatch.StartNew();", true)]
    [InlineData("await Task.Delay(wait, clock, cancel);", false)]
    [InlineData("await Task.Delay(ahead, wall, cancel);", false)]
    public void The_rule_can_fail(string line, bool banned) => Assert.Equal(banned, Banned().IsMatch(line));

    [GeneratedRegex(@"DateTime(Offset)?\.(Utc)?Now|TimeProvider\.System|Random\.Shared|new Random\(|Guid\.NewGuid|Thread\.Sleep|\bStopwatch\.|Environment\.TickCount|Task\.Delay\((?![^;]*, _?(clock|wall|time\w*), )")]
    private static partial Regex Banned();
}
