using Rez.Core.Agent;
using Rez.Core.Trading;

namespace Rez.Core.Strategies;

/// <summary>Actions and directions in words for rationales.</summary>
internal static class Words
{
    public static string Of(DecisionAction action) => action switch
    {
        DecisionAction.OpenLong => "open long",
        DecisionAction.OpenShort => "open short",
        DecisionAction.Close => "close",
        DecisionAction.Reduce => "reduce",
        DecisionAction.Adjust => "adjust",
        _ => "hold",
    };

    public static string Of(Direction direction) => direction == Direction.Long ? "long" : "short";
}
