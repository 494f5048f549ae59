using System.Text;

namespace Rez.Core.Hyperliquid.Wire;

/// <summary>Turns the bytes of a coin's name into the one string that stands for it, without making it anew for each frame.</summary>
public sealed class CoinNames
{
    private const int MostNames = 4_096;
    private readonly Dictionary<ulong, (byte[] Bytes, string Name)> _short = [];

    public string Of(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > sizeof(ulong))
        {
            return Encoding.UTF8.GetString(utf8);
        }

        var key = 0UL;
        foreach (var b in utf8)
        {
            key = (key << 8) | b;
        }

        if (_short.TryGetValue(key, out var known) && known.Bytes.AsSpan().SequenceEqual(utf8))
        {
            return known.Name;
        }

        var name = Encoding.UTF8.GetString(utf8);
        if (_short.Count < MostNames)
        {
            _short[key] = (utf8.ToArray(), name);
        }

        return name;
    }
}
