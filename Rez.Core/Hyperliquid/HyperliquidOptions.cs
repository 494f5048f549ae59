using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Rez.Core.Hyperliquid.Clients;
using Rez.Core.Hyperliquid.Keys;

namespace Rez.Core.Hyperliquid;

/// <summary>The venue, the account and its key.</summary>
public sealed class HyperliquidOptions
{
    /// <summary>What must stand in <see cref="AcknowledgeMainnet"/>.</summary>
    public const string Acknowledgement = "real money";

    [Description("testnet, mainnet (real money) or local (rez sim)")]
    public Network Network { get; set; } = Network.Testnet;

    [Description("Address of the account that is traded: the master's, never the agent's")]
    public string Account { get; set; } = string.Empty;

    [Description("A sub-account of it that is traded instead; the account's agent signs")]
    public string SubAccount { get; set; } = string.Empty;

    [Description("File that holds the agent's key: hex digits, an encrypted keystore (version 3), or a mnemonic")]
    public string KeyFile { get; set; } = string.Empty;

    [Description("The agent's key itself, for environments that inject it as a variable")]
    [Secret]
    public string Key { get; set; } = string.Empty;

    [Description("Password of an encrypted keystore, or passphrase of a mnemonic")]
    [Secret]
    public string KeyPassword { get; set; } = string.Empty;

    [Description("Derivation path of a mnemonic")]
    [MinLength(1)]
    public string KeyPath { get; set; } = Mnemonic.DefaultPath;

    [Description("Mainnet trades only when this says: real money")]
    public string AcknowledgeMainnet { get; set; } = string.Empty;

    [Description("Live trading does not start with less equity, USD")]
    [Range(0, 100_000_000)]
    public decimal MinBalance { get; set; } = 50m;

    [Description("Seconds after which the venue cancels resting orders when Rez is silent; 0 is off; armed only while no stop could be removed")]
    [Range(0, 3600)]
    public int DeadManSeconds { get; set; }

    [Description("Another address of the network, such as a proxy; empty for the network's own")]
    public string Url { get; set; } = string.Empty;

    [Description("Seconds to wait for an answer")]
    [Range(1, 60)]
    public int TimeoutSeconds { get; set; } = 10;
}
