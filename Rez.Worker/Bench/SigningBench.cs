using System.Diagnostics;
using System.Text.Json;
using Rez.Core.Hyperliquid.Signing;

namespace Rez.Worker.Bench;

/// <summary>A grouped order (entry, stop, target) from its JSON to its signature, with each signer of this machine.</summary>
internal static class SigningBench
{
    private const int Rounds = 5_000;

    private const string Action = """
        {"type":"order","orders":[
          {"a":0,"b":true,"p":"95000","s":"0.001","r":false,"t":{"limit":{"tif":"Ioc"}},"c":"0x00000000000000000000000000000001"},
          {"a":0,"b":false,"p":"84600","s":"0.001","r":true,"t":{"trigger":{"isMarket":true,"triggerPx":"94000","tpsl":"sl"}},"c":"0x00000000000000000000000000000002"},
          {"a":0,"b":false,"p":"87300","s":"0.001","r":true,"t":{"trigger":{"isMarket":true,"triggerPx":"97000","tpsl":"tp"}},"c":"0x00000000000000000000000000000003"}],
         "grouping":"normalTpsl"}
        """;

    public static BenchReport Run()
    {
        using var action = JsonDocument.Parse(Action);
        using var key = PrivateKey.Parse("0123456789012345678901234567890123456789012345678901234567890123").Value;
        var figures = new List<Figure>();
        if (NativeSecp256k1.Instance is { } native)
        {
            figures.AddRange(Measure(native, action.RootElement, key, 42));
        }

        figures.AddRange(Measure(new Secp256k1(), action.RootElement, key, 200));
        return BenchReport.Of("signing", figures);
    }

    private static IEnumerable<Figure> Measure(IEthereumSigner signer, JsonElement action, PrivateKey key, double goal)
    {
        var times = new double[Rounds];
        for (var round = -500; round < Rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            var connection = ActionHash.ConnectionId(MsgPack.Encode(action), (ulong)(1_760_000_000_000 + round), null, 1_760_000_010_000);
            signer.Sign(Eip712.AgentDigest(connection, isMainnet: false), key);
            if (round >= 0)
            {
                times[round] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
            }
        }

        Array.Sort(times);
        var p50 = Math.Round(times[Rounds / 2], 1);
        yield return new Figure($"grouped order → signature, {signer.Name}, p50", p50, "µs", $"≤ {goal}", p50 <= goal);
        yield return new Figure($"grouped order → signature, {signer.Name}, p99", Math.Round(times[Rounds * 99 / 100], 1), "µs");
    }
}
