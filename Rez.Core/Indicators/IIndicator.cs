using Rez.Core.Market;

namespace Rez.Core.Indicators;

/// <summary>
/// A streaming indicator: one update a closed bar, no allocation after construction. The series form is a loop over the same
/// update, so both are equal to the last bit. An output is NaN until it is warm and where it is undefined.
/// </summary>
public interface IIndicator
{
    /// <summary>Takes the next closed bar.</summary>
    void Update(in Candle bar);

    /// <summary>The value of an output after the last update, by its position in the catalogue entry.</summary>
    double this[int output] { get; }
}
