using System.Text.Json;

namespace Rez.Core.Agent.Loop;

/// <summary>The decision contract as a JSON schema (design §7), strict: every field named, nothing beside them.</summary>
public static class DecisionSchema
{
    public static JsonElement Element { get; } = JsonDocument.Parse("""
        {"type":"object","additionalProperties":false,"required":["reasoning","decisions"],"properties":{
          "reasoning":{"type":"string"},
          "decisions":{"type":"array","items":{"type":"object","additionalProperties":false,
            "required":["asset","action","size_usd","leverage","stop_loss","take_profit","confidence","exit_plan","rationale"],
            "properties":{
              "asset":{"type":"string"},
              "action":{"type":"string","enum":["open_long","open_short","close","reduce","adjust","hold"]},
              "size_usd":{"type":["number","null"]},"leverage":{"type":["integer","null"]},
              "stop_loss":{"type":["number","null"]},"take_profit":{"type":["number","null"]},
              "confidence":{"type":["integer","null"]},
              "exit_plan":{"anyOf":[{"type":"null"},{"type":"object","additionalProperties":false,"required":["text","invalidations"],"properties":{
                "text":{"type":"string"},
                "invalidations":{"type":"array","items":{"type":"object","additionalProperties":false,"required":["metric","interval","op","level"],
                  "properties":{"metric":{"type":"string"},"interval":{"type":"string"},"op":{"type":"string","enum":["above","below"]},"level":{"type":"number"}}}}}}]},
              "rationale":{"type":"string"}}}}}}
        """).RootElement.Clone();
}
