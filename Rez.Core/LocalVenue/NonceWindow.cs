namespace Rez.Core.LocalVenue;

/// <summary>
/// The venue's nonce rule of one key: the 100 highest are kept; a new one must be unused, above the smallest of them, and within −2 days and
/// +1 day of the venue's time (protocol §3.3).
/// </summary>
internal sealed class NonceWindow
{
    private const int Kept = 100;
    private readonly SortedSet<ulong> _nonces = [];

    /// <summary>Takes the nonce, or says why not, in the venue's words where they are known.</summary>
    /// <param name="clocks">Times that count as now: a local market may run at another pace than its clients.</param>
    public string? Take(ulong nonce, params ReadOnlySpan<long> clocks)
    {
        if (_nonces.Contains(nonce))
        {
            return $"Invalid nonce: duplicate nonce {nonce}";
        }

        if (_nonces.Count >= Kept && nonce < _nonces.Min)
        {
            return $"Invalid nonce: {nonce} is below the {Kept} highest of this key";
        }

        var fits = false;
        foreach (var now in clocks)
        {
            fits |= nonce > (ulong)Math.Max(0, now - (2 * 86_400_000L)) && nonce < (ulong)(now + 86_400_000L);
        }

        if (!fits)
        {
            return $"Invalid nonce: {nonce} is not within 2 days before and 1 day after the time of the exchange";
        }

        _nonces.Add(nonce);
        if (_nonces.Count > Kept)
        {
            _nonces.Remove(_nonces.Min);
        }

        return null;
    }
}
