using System.Text.Json;
using Microsoft.Playwright;
using Rez.Tests.Support;

namespace Rez.Tests.Browser;

/// <summary>axe-core, from npm beside the other peers: WCAG 2 A and AA, contrast included.</summary>
internal static class Accessibility
{
    private const string Run = """
        async () => {
          const found = await axe.run(document, { runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] } });
          return JSON.stringify(found.violations.map(v => v.id + ' (' + v.impact + '): ' + v.help + ' at ' + v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + (n.any[0]?.message ?? '')).join(' | ')));
        }
        """;

    /// <summary>What the page does wrong, in words. Nothing where axe-core was not restored: the tests of the peers say how to.</summary>
    public static async Task<string[]> FaultsAsync(IPage page)
    {
        var script = Path.Combine(Repo.Root, "Rez.Tests", "Peers", "node_modules", "axe-core", "axe.min.js");
        if (!File.Exists(script))
        {
            Assert.Skip("axe-core is missing: npm ci --prefix Rez.Tests/Peers");
        }

        // Evaluated by the browser's own protocol: the page's policy lets no script in.
        await page.EvaluateAsync(await File.ReadAllTextAsync(script));
        return JsonSerializer.Deserialize<string[]>(await page.EvaluateAsync<string>(Run))!;
    }
}
