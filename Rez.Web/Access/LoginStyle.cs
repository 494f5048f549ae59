namespace Rez.Web.Access;

/// <summary>The login page's own style: it may not depend on anything behind the login.</summary>
internal static class LoginStyle
{
    public const string Css = """
        :root { color-scheme: dark light; --bg: #11151c; --card: #1a202b; --text: #e8ecf3; --dim: #a3adbd; --accent: #4c9aff; --bad: #ff7b72; }
        @media (prefers-color-scheme: light) { :root { --bg: #f4f6fa; --card: #fff; --text: #1b2430; --dim: #55607a; --accent: #0b5fd3; --bad: #b3261e; } }
        * { box-sizing: border-box; }
        body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--bg); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
        main { width: min(22rem, 92vw); background: var(--card); padding: 2rem; border-radius: 12px; }
        h1 { margin: 0 0 1rem; font-size: 1.5rem; }
        p { color: var(--dim); }
        code { color: var(--text); }
        label { display: block; margin: .75rem 0 .25rem; color: var(--dim); }
        input { width: 100%; padding: .6rem; font: inherit; border-radius: 8px; border: 1px solid var(--dim); background: transparent; color: inherit; }
        button { margin-top: 1rem; width: 100%; padding: .65rem; font: inherit; font-weight: 600; border: 0; border-radius: 8px; background: var(--accent); color: #fff; cursor: pointer; }
        .failed { color: var(--bad); }
        """;
}
