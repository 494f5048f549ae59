using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Simulation;

/// <summary>The venue's own checks before it takes an order, with its own words (protocol §2.3).</summary>
internal static class OrderChecks
{
    public const string MinNotional = "Order must have minimum value of $10.";
    public const string Margin = "Insufficient margin to place order.";
    public const string ReduceOnly = "Reduce only order would increase position.";
    public const string NoMatch = "Order could not immediately match against any resting orders.";
    public const string BadTrigger = "Invalid TP/SL price.";
    public const string Tick = "Price must be divisible by tick size.";
    public const string InvalidSize = "Order has invalid size.";
    public const string ZeroSize = "Order has zero size.";
    public const string Gone = "Order was never placed, already canceled, or filled.";

    /// <summary>Whole-action faults: these refuse every leg.</summary>
    public static string? Action(OrderRequest request)
    {
        if (request.Legs.IsEmpty)
        {
            return "Action has no orders.";
        }

        if (request.Grouping == OrderGrouping.NormalTpsl && request.Legs[0].TriggerPrice is not null)
        {
            return "Main order cannot be trigger order.";
        }

        for (var i = request.Grouping == OrderGrouping.NormalTpsl ? 1 : 0; request.Grouping != OrderGrouping.None && i < request.Legs.Length; i++)
        {
            if (!request.Legs[i].ReduceOnly || request.Legs[i].TriggerPrice is null)
            {
                return "TP/SL orders must be reduce only trigger orders.";
            }
        }

        return null;
    }

    /// <summary>Number rules of one leg.</summary>
    public static string? Numbers(Instrument instrument, OrderLeg leg)
    {
        if (leg.Size == 0)
        {
            return ZeroSize;
        }

        if (!PriceRules.IsLegalSize(instrument, leg.Size))
        {
            return InvalidSize;
        }

        if (!PriceRules.IsLegalPrice(instrument, leg.LimitPrice)
            || (leg.TriggerPrice is { } trigger && !PriceRules.IsLegalPrice(instrument, trigger)))
        {
            return Tick;
        }

        // A reduce-only order may close a remainder below the minimum.
        return !leg.ReduceOnly && leg.Size * leg.LimitPrice < instrument.MinNotional ? MinNotional : null;
    }
}
