using Rez.Core.Hyperliquid.Keys;
using Rez.Core.Hyperliquid.Signing;
using Rez.Tests.Support;

namespace Rez.Tests.Hyperliquid;

public sealed class KeyTests
{
    // A test vector of the Web3 Secret Storage definition, and a keystore written by ethers 6 for a well-known test key; both open with 'testpassword'.
    private const string Pbkdf2 =
        """{"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"6087dab2f9fdbbfaddc31a909735c1e6"},"ciphertext":"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46","kdf":"pbkdf2","kdfparams":{"c":262144,"dklen":32,"prf":"hmac-sha256","salt":"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},"mac":"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"},"version":3}""";

    private const string Scrypt =
        """{"address":"f39fd6e51aad88f6f4ce6ab8827279cfffb92266","version":3,"Crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"5d33e56f7904a4d0796973393bc8d6d3"},"ciphertext":"2700befbf2ef915cf370e253f626244c4f735ca9dd4c343cdc37dfc419b2ee23","kdf":"scrypt","kdfparams":{"salt":"df9dd788135fda8edefa1c13ed3a04e200594ef511ffd3e35bb3c77f71fb75f4","n":131072,"dklen":32,"p":1,"r":8},"mac":"6d6cb425013f4f03316c2c9c07fcb88d6bf2a026879cca87f531ac90c99cf40e"}}""";

    private const string Words = "test test test test test test test test test test test junk";
    private const string KeystoreAddress = "0x008aeeda4d805471df9b2a5b0f38a0c3bcba786b";

    [Theory]
    [InlineData(Pbkdf2, KeystoreAddress)]
    [InlineData(Scrypt, "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266")]
    public void A_keystore_opens_with_its_password_only(string json, string address)
    {
        using var key = Keystore.Read(json, "testpassword").Value;
        Assert.Equal(address, new Secp256k1().AddressOf(key).Text);
        Assert.Equal("wrong-password", Keystore.Read(json, "testpasswort").Rejection.Code);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("""{"version":3}""")]
    [InlineData("""{"version":3,"crypto":{"cipher":"aes-128-cbc"}}""")]
    [InlineData("""{"version":3,"crypto":{"cipher":"aes-128-ctr","kdf":"scrypt","kdfparams":{"dklen":32,"n":1073741824,"r":8,"p":1,"salt":"00"}}}""")]
    [InlineData("""{"version":3,"crypto":{"cipher":"aes-128-ctr","kdf":"scrypt","kdfparams":{"dklen":32,"n":262144,"r":1,"p":8,"salt":"00"}}}""")]
    [InlineData("""{"version":3,"crypto":{"cipher":"aes-128-ctr","kdf":"scrypt","kdfparams":{"dklen":32,"n":1000,"r":8,"p":1,"salt":"00"}}}""")]
    public void A_broken_keystore_is_told(string json) => Assert.Equal("bad-keystore", Keystore.Read(json, "x").Rejection.Code);

    [Theory]
    [InlineData("m/44'/60'/0'/0/0", "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266")]
    [InlineData("m/44'/60'/0'/0/1", "0x70997970c51812dc3a010c7d01b50e0d17dc79c8")]
    [InlineData("m/44h/60h/0h/0/2", "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc")]
    public void A_mnemonic_gives_the_accounts_that_wallets_give(string path, string address)
    {
        using var key = Mnemonic.Derive("  test test test test test test\ntest test test test test junk ", path: path).Value;
        Assert.Equal(address, new Secp256k1().AddressOf(key).Text);
    }

    [Theory]
    [InlineData("one two three", "m/44'/60'/0'/0/0", "bad-mnemonic")]
    [InlineData(Words, "44'/60'", "bad-path")]
    [InlineData(Words, "m/x", "bad-path")]
    [InlineData(Words, "m/4294967296", "bad-path")]
    public void Bad_mnemonics_and_paths_are_told(string words, string path, string code)
    {
        var derived = Mnemonic.Derive(words, path: path);
        Assert.Equal(code, derived.Rejection.Code);
        Assert.DoesNotContain("two", derived.Rejection.Message);
    }

    [Fact]
    public void A_key_is_told_by_what_it_looks_like_and_a_file_by_its_name()
    {
        using var folder = new TempFolder();
        void Expect(string content, string? password, string address)
        {
            File.WriteAllText(folder.File("key"), content + "\n");
            using var key = new KeySource(password).ReadFile(folder.File("key")).Value;
            Assert.Equal(address, NativeSecp256k1.Preferred.AddressOf(key).Text);
        }

        Expect("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80", null, "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266");
        Expect(Words, null, "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266");
        Expect(Pbkdf2, "testpassword", KeystoreAddress);

        File.WriteAllText(folder.File("key"), "supersecretbutwrong");
        var wrong = new KeySource().ReadFile(folder.File("key"));
        Assert.Contains(folder.File("key"), wrong.Rejection.Message);
        Assert.DoesNotContain("supersecret", wrong.Rejection.Message);
        Assert.Equal("no-password", new KeySource().Read(Scrypt).Rejection.Code);
        Assert.Equal("no-key-file", new KeySource().ReadFile(folder.File("none")).Rejection.Code);
    }
}
