using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Rez.Core.Agent.Model;
using Rez.Core.Cycle;
using Rez.Core.Hyperliquid;
using Rez.Core.Risk;
using Rez.Core.Risk.Exits;
using Rez.Core.Risk.Portfolio;
using Rez.Core.Session;
using Rez.Core.Simulation;

namespace Rez.Core.Configuration;

/// <summary>All settings. The tree of properties is the tree of keys: <c>Risk:MaxLeverage</c> is <c>Risk.MaxLeverage</c>.</summary>
public sealed class RezOptions
{
    public TradingOptions Trading { get; } = new();

    public MarketOptions Market { get; } = new();

    public RiskOptions Risk { get; } = new();

    public ProtectionOptions Protection { get; } = new();

    public ExitOptions Exits { get; } = new();

    public ModelOptions Model { get; } = new();

    public HyperliquidOptions Hyperliquid { get; } = new();

    public DemoOptions Demo { get; } = new();

    public SimulationOptions Simulation { get; } = new();

    public StorageOptions Storage { get; } = new();

    public WebOptions Web { get; } = new();

    public LogOptions Log { get; } = new();

    public AlertOptions Alerts { get; } = new();
}

public sealed class AlertOptions
{
    [Description("Address that alerts are posted to as JSON ({text, content}: Slack, Mattermost, Discord); nothing is sent when empty")]
    [Secret]
    public string Url { get; set; } = string.Empty;

    [Description("Whether openings and closings are told too, beside halts, protections that tripped, missing stops and failures")]
    public bool Trades { get; set; }
}

public sealed class StorageOptions
{
    [Description("Folder for the diary, logs and keys; made when missing")]
    [MinLength(1)]
    public string DataDir { get; set; } = "data";

    [Description("Whether every event is also appended to DataDir/diary.jsonl")]
    public bool JsonLines { get; set; } = true;
}

public sealed class WebOptions
{
    [Description("Address the console listens on; anything but loopback lets other machines reach it")]
    [MinLength(1)]
    public string Bind { get; set; } = "127.0.0.1";

    [Description("Port of the console; 0 takes any free one")]
    [Range(0, 65535)]
    public int Port { get; set; } = 8420;

    [Description("Reverse proxies whose word on where a request comes from is believed: addresses or networks such as 172.16.0.0/12; none when empty")]
    public string[] TrustedProxies { get; set; } = [];

    [Description("Password for the console's owner; the one-time link printed at start works without")]
    [Secret]
    public string Password { get; set; } = string.Empty;

    [Description("Token for the HTTP API (Authorization: Bearer …); without it only a login works")]
    [Secret]
    public string ApiToken { get; set; } = string.Empty;
}

public enum LogLevelName
{
    Debug,
    Information,
    Warning,
    Error,
}

public sealed class LogOptions
{
    [Description("Least level that is logged: Debug, Information, Warning or Error")]
    public LogLevelName Level { get; set; } = LogLevelName.Information;

    [Description("Whether logs also go to DataDir/logs (JSON lines, 10 MB × 5)")]
    public bool File { get; set; } = true;
}
