using Rez.Core.Configuration;
using Rez.Tests.Support;

namespace Rez.Tests.Configuration;

public sealed class SettingsTests
{
    private static readonly string Golden = Path.Combine(Repo.Root, "Rez.Tests", "Configuration", "Golden", "keys.txt");

    [Fact]
    public void Keys_types_and_defaults_are_as_they_were()
    {
        var now = SettingDefinition.All.Select(d => $"{d.Key} = {d.Default} ({d.Expectation}){(d.IsSecret ? " SECRET" : "")}").ToArray();
        if (Environment.GetEnvironmentVariable("REZ_WRITE_GOLDEN") == "1")
        {
            File.WriteAllLines(Golden, now);
        }

        Assert.Equal(File.ReadAllLines(Golden), now);
        Assert.All(SettingDefinition.All, d => Assert.True(d.Description.Length > 10, d.Key));
    }

    [Fact]
    public void A_stronger_source_wins_and_is_named()
    {
        var reading = Read(Layer("file", ("Risk:MaxLeverage", "3"), ("Demo:Seed", "1")), Layer("env", ("risk:maxleverage", "4")));
        Assert.Empty(reading.Faults);
        Assert.Equal(4, reading.Options.Risk.MaxLeverage);
        Assert.Equal(("4", "env"), Effective(reading, "Risk:MaxLeverage"));
        Assert.Equal(("1", "file"), Effective(reading, "Demo:Seed"));
        Assert.Equal(("8420", "default"), Effective(reading, "Web:Port"));
    }

    [Fact]
    public void A_list_is_replaced_as_a_whole()
    {
        var reading = Read(Layer("file", ("Trading:Assets:0", "BTC"), ("Trading:Assets:1", "ETH"), ("Trading:Assets:2", "SOL")), Layer("env", ("Trading:Assets:0", "XRP")));
        Assert.Equal(["XRP"], reading.Options.Trading.Assets);
        Assert.Equal(["LINK", "BNB"], Read(Layer("env", ("Trading:Assets", "LINK, BNB"))).Options.Trading.Assets);
    }

    [Fact]
    public void Every_fault_is_listed_at_once_with_key_value_source_and_expectation()
    {
        var reading = Read(Layer("env",
            ("Risk:MaxLeverage", "99"), ("Risk:MinRewardRisk", "much"), ("Trading:Mode", "yolo"), ("Web:Port", "-1"), ("Log:File", "maybe"), ("Risk:MaxLeverag", "3"), ("Nonsense", "1"), ("Demo:Seed", "1.5")));
        var text = string.Join("\n", reading.Faults);
        Assert.Equal(8, reading.Faults.Length);
        Assert.Contains("Risk:MaxLeverage = 99  [env]  expected: a whole number from 1 to 50", text);
        Assert.Contains("Risk:MinRewardRisk = much  [env]  expected: a number from 0 to 20", text);
        Assert.Contains("Trading:Mode = yolo  [env]  expected: one of demo, paper, live", text);
        Assert.Contains("did you mean Risk:MaxLeverage?", text);
        Assert.Contains("Nonsense = ********", text);
    }

    [Theory]
    [InlineData("Trading:CycleInterval", "7m", "candle interval")]
    [InlineData("Trading:Assets", "DOGE", "has no DOGE")]
    [InlineData("Trading:Assets", "BTC,BTC", "each asset once")]
    [InlineData("Market:Indicators", "ema:20", "missing")]
    [InlineData("Market:Indicators", "emu:20", "not an indicator")]
    [InlineData("Market:Intervals", "5m,9h", "'9h' is none")]
    [InlineData("Demo:Speed", "fast", "a number above 0, or max")]
    [InlineData("Demo:Speed", "0", "a number above 0, or max")]
    [InlineData("Demo:Start", "yesterday", "a date")]
    [InlineData("Web:Bind", "everywhere", "an IP address")]
    [InlineData("Web:Password", "short", "at least 10 characters")]
    [InlineData("Web:ApiToken", "short", "at least 20 characters")]
    [InlineData("Risk:ExitSlippageBps", "20", "an exit must get out")]
    [InlineData("Risk:WarnMaintenanceUse", "0.95", "at most Risk:MaxMaintenanceUse")]
    [InlineData("Risk:WarnLiquidationDistance", "0.01", "at least Risk:MinLiquidationDistance")]
    [InlineData("Risk:MinStopAtr", "30", "below Risk:MaxStopAtr")]
    [InlineData("Risk:MaxAssetLeverage", "11", "one asset is part of all")]
    [InlineData("Risk:AtrInterval", "7m", "a candle interval")]
    [InlineData("Protection:PauseAtMarginUse", "0.95", "at most Protection:ReduceAtMarginUse")]
    [InlineData("Protection:DailyLoss", "0.2", "at most Protection:WeeklyLoss")]
    [InlineData("Exits:ReduceEffectiveLeverage", "9", "what is opened is reduced at once")]
    [InlineData("Exits:ReduceAssetLeverage", "4", "what is opened is reduced at once")]
    [InlineData("Exits:FlattenDrawdown", "0.1", "halting comes before closing")]
    [InlineData("Exits:MinHoldMinutes", "2000", "at most Exits:MaxHoldHours")]
    [InlineData("Exits:FairValue", "moon:3", "an output of one of Market:Indicators")]
    [InlineData("Model:Prices", "gpt-5=1", "MODEL=PROMPT/CACHED/ANSWER@DATE")]
    [InlineData("Trading:Decider", "breakout", "what breakout reads: donchian:20 missing")]
    [InlineData("Trading:Decider", "moon", "or a strategy")]
    [InlineData("Hyperliquid:Account", "0x12", "0x and 40 hex digits")]
    [InlineData("Hyperliquid:Url", "ftp://x", "an http or https address")]
    public void Meanings_are_checked_too(string key, string value, string expectation)
    {
        var reading = Read(Layer("env", (key, value)));
        Assert.Contains(reading.Faults, f => f.ToString().Contains(expectation, StringComparison.Ordinal));
        Assert.DoesNotContain(reading.Faults, f => key.Contains("Password") && f.ToString().Contains("short", StringComparison.Ordinal));
    }

    [Fact]
    public void Secrets_are_masked_everywhere()
    {
        var reading = Read(Layer("env", ("Web:Password", "correct horse battery"), ("Web:ApiToken", "tooshort")));
        Assert.DoesNotContain(reading.Effective, e => e.Value.Contains("horse", StringComparison.Ordinal));
        Assert.DoesNotContain(reading.Faults, f => f.ToString().Contains("tooshort", StringComparison.Ordinal));
        Assert.Equal(SettingsReading.Mask, Effective(reading, "Web:Password").Value);
        Assert.Equal("correct horse battery", reading.Options.Web.Password);
    }

    [Fact]
    public void The_shipped_file_documents_every_key_and_agrees_with_the_defaults()
    {
        var text = File.ReadAllText(Path.Combine(Repo.Root, "appsettings.json"));
        using var json = System.Text.Json.JsonDocument.Parse(text, new() { CommentHandling = System.Text.Json.JsonCommentHandling.Skip });
        foreach (var definition in SettingDefinition.All.Where(d => !d.IsSecret && !d.IsList))
        {
            var at = json.RootElement;
            foreach (var part in definition.Key.Split(':'))
            {
                Assert.True(at.TryGetProperty(part, out var next), $"appsettings.json lacks {definition.Key}");
                at = next;
            }

            Assert.True(definition.TryRead(at.ToString(), out var shipped), definition.Key);
            Assert.True(definition.TryRead(definition.Default, out var @default), definition.Key);
            Assert.Equal(@default, shipped);
        }
    }

    private static (string Value, string Source) Effective(SettingsReading reading, string key)
    {
        var e = reading.Effective.Single(x => x.Key == key);
        return (e.Value, e.Source);
    }

    private static SettingsLayer Layer(string name, params (string Key, string Value)[] values) =>
        new(name, values.ToDictionary(v => v.Key, v => (string?)v.Value, StringComparer.OrdinalIgnoreCase), []);

    private static SettingsReading Read(params SettingsLayer[] layers)
    {
        var sound = Layer("base",
            ("Trading:Assets", "BTC,ETH,SOL"), ("Market:Intervals", "5m,1h"),
            ("Market:Indicators", "ema:20,ema:50,rsi:14,macd:12;26;9,atr:14,adx:14,bollinger:20;2"));
        return SettingsReading.Of([sound, .. layers]);
    }
}
