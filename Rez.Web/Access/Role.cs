namespace Rez.Web.Access;

/// <summary>What somebody may do; each role may what those before it may.</summary>
public enum Role
{
    /// <summary>Sees everything but secrets, changes nothing. As the scope of a token: <c>read</c>.</summary>
    Viewer,

    /// <summary>Halts, resumes, flattens, trades by hand, runs cycles and backtests. As the scope of a token: <c>trade</c>.</summary>
    Trader,

    /// <summary>Changes settings, people, tokens. As the scope of a token: <c>admin</c>.</summary>
    Admin,
}

/// <summary>Roles as texts: names of people's roles, scopes of tokens, names of policies.</summary>
public static class Roles
{
    /// <summary>Policies of endpoints and pages.</summary>
    public const string Trader = "trader";

    /// <inheritdoc cref="Trader"/>
    public const string Admin = "admin";

    public static IReadOnlyList<string> Names { get; } = ["viewer", Trader, Admin];

    public static IReadOnlyList<string> Scopes { get; } = ["read", "trade", "admin"];

    public static string Name(this Role role) => Names[(int)role];

    public static string Scope(this Role role) => Scopes[(int)role];

    /// <summary>Of a role's or a scope's name; null when it is neither.</summary>
    public static Role? Of(string? text) =>
        text is null ? null
        : Names.ToList().IndexOf(text) is >= 0 and var n ? (Role)n
        : Scopes.ToList().IndexOf(text) is >= 0 and var s ? (Role)s
        : null;
}

/// <summary>Who does something, and from where: what the audit is told.</summary>
/// <param name="From">Address of the browser or program, or <c>command line</c>.</param>
public sealed record Actor(string Name, string From)
{
    public static Actor CommandLine { get; } = new(Environment.UserName, "command line");

    public override string ToString() => $"{Name} from {From}";
}
