namespace Rez.Core.Agent.Reading;

/// <summary>Words that models use for an action. A word that could mean two things is none.</summary>
public static class ActionWords
{
    private static readonly Dictionary<string, DecisionAction> Words = new(StringComparer.Ordinal)
    {
        ["openlong"] = DecisionAction.OpenLong, ["buy"] = DecisionAction.OpenLong, ["buytoenter"] = DecisionAction.OpenLong, ["long"] = DecisionAction.OpenLong,
        ["enterlong"] = DecisionAction.OpenLong, ["golong"] = DecisionAction.OpenLong, ["buytoopen"] = DecisionAction.OpenLong,
        ["openshort"] = DecisionAction.OpenShort, ["sell"] = DecisionAction.OpenShort, ["selltoenter"] = DecisionAction.OpenShort, ["short"] = DecisionAction.OpenShort,
        ["entershort"] = DecisionAction.OpenShort, ["goshort"] = DecisionAction.OpenShort, ["selltoopen"] = DecisionAction.OpenShort, ["sellshort"] = DecisionAction.OpenShort,
        ["close"] = DecisionAction.Close, ["closeposition"] = DecisionAction.Close, ["exit"] = DecisionAction.Close, ["closelong"] = DecisionAction.Close,
        ["closeshort"] = DecisionAction.Close, ["selltoclose"] = DecisionAction.Close, ["buytoclose"] = DecisionAction.Close, ["exitposition"] = DecisionAction.Close,
        ["flatten"] = DecisionAction.Close, ["takeprofit"] = DecisionAction.Close, ["cover"] = DecisionAction.Close,
        ["reduce"] = DecisionAction.Reduce, ["partialclose"] = DecisionAction.Reduce, ["trim"] = DecisionAction.Reduce, ["scaleout"] = DecisionAction.Reduce, ["reduceposition"] = DecisionAction.Reduce,
        ["adjust"] = DecisionAction.Adjust, ["adjuststop"] = DecisionAction.Adjust, ["movestop"] = DecisionAction.Adjust, ["updatestop"] = DecisionAction.Adjust, ["modify"] = DecisionAction.Adjust,
        ["update"] = DecisionAction.Adjust, ["updatestoploss"] = DecisionAction.Adjust,
        ["hold"] = DecisionAction.Hold, ["wait"] = DecisionAction.Hold, ["none"] = DecisionAction.Hold, ["noaction"] = DecisionAction.Hold, ["noop"] = DecisionAction.Hold,
        ["donothing"] = DecisionAction.Hold, ["stay"] = DecisionAction.Hold, ["keep"] = DecisionAction.Hold, ["skip"] = DecisionAction.Hold, ["neutral"] = DecisionAction.Hold, ["flat"] = DecisionAction.Hold,
    };

    public static DecisionAction? Read(string word)
    {
        var plain = string.Concat(word.Where(char.IsLetter)).ToLowerInvariant();
        return Words.TryGetValue(plain, out var action) ? action : null;
    }
}
