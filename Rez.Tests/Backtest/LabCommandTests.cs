using System.Text.Json;
using Rez.Tests.Support;

namespace Rez.Tests.Backtest;

/// <summary>The lab's verbs as a user calls them.</summary>
public sealed class LabCommandTests
{
    private static readonly string[] Short = ["--strategy", "sma-cross", "--interval", "1h", "--to", "2025-01-08"];

    [Fact]
    public async Task A_sweep_goes_on_with_the_trials_it_has_and_refuses_those_of_another()
    {
        using var folder = new TempFolder();
        var file = folder.File("trials.jsonl");
        string[] sweep = ["sweep", .. Short, "--min-trades", "0", "--range", "slow=20,40", "--out", file, "--json"];
        var first = await RezProcess.RunAsync(Repo.Root, null, [.. sweep, "--range", "fast=5,10"]);
        Assert.True(first.Code == 0, first.Err);
        var lines = File.ReadAllLines(file);
        Assert.Equal(5, lines.Length);

        // The last line was cut off by a fall; another value joins the range.
        File.WriteAllText(file, string.Join('\n', lines[..4]) + "\n" + lines[4][..40]);
        var again = await RezProcess.RunAsync(Repo.Root, null, [.. sweep, "--range", "fast=5,10,15"]);
        Assert.True(again.Code == 0, again.Err);
        Assert.Equal(7, File.ReadAllLines(file).Length);
        var (a, b) = (JsonDocument.Parse(first.Out).RootElement.GetProperty("trials"), JsonDocument.Parse(again.Out).RootElement.GetProperty("trials"));
        Assert.Equal((4, 6), (a.GetArrayLength(), b.GetArrayLength()));
        Assert.All(a.EnumerateArray(), t => Assert.Contains(t.GetRawText(), b.EnumerateArray().Select(x => x.GetRawText())));

        var other = await RezProcess.RunAsync(Repo.Root, null, [.. sweep, "--range", "fast=5,10", "--set", "Risk:MaxLeverage=2"]);
        Assert.Equal(11, other.Code);
        Assert.Contains("another sweep", other.Err);
    }

    [Fact]
    public async Task A_record_of_the_demo_and_a_backtest_over_its_span_are_the_same()
    {
        using var folder = new TempFolder();
        Assert.Equal(0, (await RezProcess.RunAsync(Repo.Root, null, "run", "--headless", "--speed", "max", "--cycles", "900", "--data-dir", folder.File("data"))).Code);
        var compared = await RezProcess.RunAsync(Repo.Root, null, "compare", "--data-dir", folder.File("data"), "--json");
        Assert.True(compared.Code == 0, compared.Err);
        var c = JsonDocument.Parse(compared.Out).RootElement;
        Assert.True(c.GetProperty("matched").GetInt32() > 3, compared.Out);
        Assert.Equal((c.GetProperty("matched").GetInt32(), 0, 0), (c.GetProperty("same").GetInt32(), c.GetProperty("onlyRecorded").GetInt32(), c.GetProperty("onlyTested").GetInt32()));
    }

    [Fact]
    public async Task A_walk_a_look_ahead_and_the_warm_up_are_printed()
    {
        var walk = await RezProcess.RunAsync(Repo.Root, null, "walk-forward", "--strategy", "sma-cross", "--interval", "1h", "--to", "2025-01-13", "--train", "4d", "--test", "4d", "--min-trades", "0", "--objective", "return", "--range", "fast=5,10", "--json");
        Assert.True(walk.Code == 0, walk.Err);
        Assert.Equal(2, JsonDocument.Parse(walk.Out).RootElement.GetProperty("steps").GetArrayLength());

        var clean = await RezProcess.RunAsync(Repo.Root, null, ["lookahead", .. Short, "--moments", "3"]);
        Assert.True(clean.Code == 0, clean.Out + clean.Err);
        Assert.Contains("none of them knew", clean.Out);
        var planted = await RezProcess.RunAsync(Repo.Root, null, ["lookahead", .. Short, "--moments", "3", "--plant"]);
        Assert.Equal(1, planted.Code);
        Assert.Contains("KNEW WHAT CAME LATER", planted.Out);

        var recursive = await RezProcess.RunAsync(Repo.Root, null, ["recursive", .. Short, "--json"]);
        Assert.True(recursive.Code == 0, recursive.Err);
        Assert.Equal(25, JsonDocument.Parse(recursive.Out).RootElement.GetProperty("rows")[0].GetProperty("enough").GetInt32());
    }

    [Theory]
    [InlineData("--range is missing", 2, "sweep", "--strategy", "sma-cross")]
    [InlineData("from not above to", 2, "sweep", "--strategy", "sma-cross", "--range", "fast=9:3:1")]
    [InlineData("--objective: 'luck' is none", 2, "sweep", "--strategy", "sma-cross", "--range", "fast=3:9:1", "--objective", "luck")]
    [InlineData("--method: 'wish' is none", 2, "sweep", "--strategy", "sma-cross", "--range", "fast=3:9:1", "--method", "wish")]
    [InlineData("'0d' is no length", 2, "walk-forward", "--strategy", "sma-cross", "--range", "fast=3:9:1", "--train", "0d")]
    [InlineData("no room", 2, "walk-forward", "--strategy", "sma-cross", "--range", "fast=3:9:1", "--train", "90d", "--to", "2025-01-08")]
    [InlineData("is empty", 10, "lookahead", "--from", "2025-02-01", "--to", "2025-01-01")]
    [InlineData("There is no diary", 10, "compare", "--data-dir", "/nowhere")]
    [InlineData("can't be read", 10, "compare", "--trades", "/nowhere.csv")]
    public async Task Bad_input_is_named(string words, int code, params string[] arguments)
    {
        var run = await RezProcess.RunAsync(Repo.Root, null, arguments);
        Assert.Equal(code, run.Code);
        Assert.Contains(words, run.Err);
    }
}
