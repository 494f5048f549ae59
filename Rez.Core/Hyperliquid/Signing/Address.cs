namespace Rez.Core.Hyperliquid.Signing;

/// <summary>A 20-byte account address, written in lower case.</summary>
public readonly record struct Address
{
    public const int Length = 20;
    private static readonly System.Buffers.SearchValues<char> Hex = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF");
    private readonly string? _text;

    private Address(string text) => _text = text;

    /// <summary><c>0x</c> and 40 lower-case hex digits.</summary>
    public string Text => _text ?? throw new InvalidOperationException("An address was read that was never set.");

    public byte[] Bytes() => Convert.FromHexString(Text.AsSpan(2));

    public static Address Of(ReadOnlySpan<byte> bytes) =>
        bytes.Length == Length ? new Address("0x" + Convert.ToHexStringLower(bytes)) : throw new ArgumentException("An address has 20 bytes.", nameof(bytes));

    /// <summary>The address of an uncompressed public key: the last 20 bytes of the hash of its 64 coordinate bytes.</summary>
    public static Address OfPublicKey(ReadOnlySpan<byte> coordinates) => Of(Keccak.Hash(coordinates.ToArray()).AsSpan(12));

    public static bool TryParse(string? text, out Address address)
    {
        var sound = text is { Length: 42 } && text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            && !text.AsSpan(2).ContainsAnyExcept(Hex);
        address = sound ? new Address(text!.ToLowerInvariant()) : default;
        return sound;
    }

    public override string ToString() => Text;
}
