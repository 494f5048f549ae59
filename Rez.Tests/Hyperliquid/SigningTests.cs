using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Rez.Core.Hyperliquid.Signing;
using Rez.Tests.Support;

namespace Rez.Tests.Hyperliquid;

public sealed class SigningTests
{
    private const string NoNative = "needs libsecp256k1 (Debian: apt-get install libsecp256k1-1)";

    [Fact]
    public void Managed_reproduces_all_82_vectors() => AllPass(new Secp256k1());

    [Fact]
    public void Native_reproduces_all_82_vectors()
    {
        Assert.SkipUnless(NativeSecp256k1.Instance is not null, NoNative);
        AllPass(NativeSecp256k1.Instance!);
    }

    [Fact]
    public void A_changed_vector_is_caught()
    {
        var text = File.ReadAllText(Vectors).Replace("\"p\": \"1670.1\"", "\"p\": \"1670.2\"", StringComparison.Ordinal);
        var report = SigningVectors.Run(JsonDocument.Parse(text).RootElement, [new Secp256k1()]);
        Assert.True(report.Failed >= 1);
        Assert.StartsWith("msgpack", report.Faults[0].What);
    }

    [Fact]
    public void Both_signers_agree_on_any_key_and_digest_and_the_signer_comes_back()
    {
        Assert.SkipUnless(NativeSecp256k1.Instance is not null, NoNative);
        var native = NativeSecp256k1.Instance!;
        var managed = new Secp256k1();
        var bytes = Gen.ArrayOf(Gen.Choose(0, 255), 32).Select(a => a.Select(i => (byte)i).ToArray());
        Prop.ForAll(bytes.Zip(bytes).ToArbitrary(), pair =>
        {
            var parsed = PrivateKey.Of(pair.Item1);
            if (!parsed.Ok)
            {
                return true;
            }

            using var key = parsed.Value;
            var a = native.Sign(pair.Item2, key);
            var b = managed.Sign(pair.Item2, key);
            var low = new System.Numerics.BigInteger(a.S, isUnsigned: true, isBigEndian: true) <= HalfOrder;
            return a.Equals(b) && low && native.AddressOf(key) == managed.AddressOf(key) && managed.Recover(pair.Item2, a) == managed.AddressOf(key) && native.Recover(pair.Item2, a) == managed.AddressOf(key);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(400));
    }

    [Fact]
    public void The_protocols_constants_come_out()
    {
        Assert.Equal("3ac225168df54212a25c1c01fd35bebfea408fdac2e31ddd6f80a4bbf9a5f1cb", Convert.ToHexStringLower(Keccak.Hash("a")));
        Assert.Equal("26f05c2f7239b6983075e58321292d77b3aa173d19b27257ac96ab362570f508", Convert.ToHexStringLower(Keccak.Hash("Agent(string source,bytes32 connectionId)")));
        Assert.Equal(421614UL, Eip712.ChainId("0x66eee"));
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("-99999999999999999999")]
    public void Numbers_that_are_not_whole_are_refused(string number) =>
        Assert.Throws<FormatException>(() => MsgPack.Encode(JsonDocument.Parse($"{{\"x\":{number}}}").RootElement));

    [Theory]
    [InlineData("")]
    [InlineData("0x1234")]
    [InlineData("zz23456789012345678901234567890123456789012345678901234567890123")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")]
    public void What_is_no_key_is_refused_without_repeating_it(string text)
    {
        var parsed = PrivateKey.Parse(text);
        Assert.False(parsed.Ok);
        Assert.True(text.Length == 0 || !parsed.Rejection.Message.Contains(text, StringComparison.Ordinal));
    }

    [Fact]
    public void A_key_never_shows_itself_and_is_gone_when_disposed()
    {
        const string Hex = "0123456789012345678901234567890123456789012345678901234567890123";
        var key = PrivateKey.Parse(Hex).Value;
        Assert.Equal("(private key)", key.ToString());
        Assert.DoesNotContain("0123", JsonSerializer.Serialize(key));
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => new Secp256k1().AddressOf(key));
    }

    [Fact]
    public void Nonsense_recovers_to_nobody()
    {
        Assert.Null(new Secp256k1().Recover(new byte[32], new Signature(new byte[32], new byte[32], 27)));
        Assert.Null(new Secp256k1().Recover(new byte[32], new Signature([.. Enumerable.Repeat((byte)255, 32)], new byte[32], 28)));
        Assert.False(Address.TryParse("0x123", out _));
        Assert.False(Address.TryParse("0xzz9ee1089755c3435139848e47e6635505d5a13a", out _));
    }

    [Fact]
    public async Task The_selftest_prints_what_passed()
    {
        var run = await RezProcess.RunAsync(Repo.Root, null, "selftest", "signing", "--vectors", Vectors);
        Assert.Equal((0, "82 passed, 0 failed\n"), (run.Code, run.Out));
        var none = await RezProcess.RunAsync(Repo.Root, null, "selftest", "signing", "--vectors", "README.md");
        Assert.Equal(10, none.Code);
    }

    private static readonly System.Numerics.BigInteger HalfOrder =
        System.Numerics.BigInteger.Parse("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0", System.Globalization.NumberStyles.HexNumber);

    private static string Vectors => Path.Combine(Repo.Root, "Rez.Tests", "Hyperliquid", "Fixtures", "vectors.json");

    private static void AllPass(IEthereumSigner signer)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Vectors));
        var report = SigningVectors.Run(document.RootElement, [signer]);
        Assert.Empty(report.Faults);
        Assert.Equal((82, 0), (report.Passed, report.Failed));
    }
}
