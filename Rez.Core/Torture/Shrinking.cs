namespace Rez.Core.Torture;

/// <summary>Reduces the faults of a failing run to few that still break the same promise: halves first, then one by one (Zeller's ddmin).</summary>
public static class Shrinking
{
    /// <param name="fails">Runs with these faults; true when the promise is broken again.</param>
    public static async Task<IReadOnlyList<FaultAt>> ReduceAsync(IReadOnlyList<FaultAt> faults, Func<IReadOnlyList<FaultAt>, Task<bool>> fails)
    {
        var parts = 2;
        while (faults.Count > 1)
        {
            var size = Math.Max(1, faults.Count / parts);
            IReadOnlyList<FaultAt>? fewer = null;
            for (var from = 0; from < faults.Count; from += size)
            {
                FaultAt[] rest = [.. faults.Take(from), .. faults.Skip(from + size)];
                if (await fails(rest))
                {
                    fewer = rest;
                    break;
                }
            }

            if (fewer is not null)
            {
                faults = fewer;
                parts = Math.Max(2, parts - 1);
            }
            else if (size == 1)
            {
                return faults;
            }
            else
            {
                parts = Math.Min(faults.Count, parts * 2);
            }
        }

        return faults.Count == 1 && await fails([]) ? [] : faults;
    }
}
