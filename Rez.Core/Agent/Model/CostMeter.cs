namespace Rez.Core.Agent.Model;

/// <summary>What models have cost, by UTC day and month, against hard limits. Costs of before a restart are told to it.</summary>
/// <param name="dailyUsd">0 for no limit.</param>
/// <param name="monthlyUsd">0 for no limit.</param>
public sealed class CostMeter(decimal dailyUsd, decimal monthlyUsd)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<DateOnly, decimal> _days = [];

    public void Spend(decimal usd, DateTimeOffset at)
    {
        lock (_gate)
        {
            var day = DateOnly.FromDateTime(at.UtcDateTime);
            _days[day] = _days.GetValueOrDefault(day) + usd;
        }
    }

    public decimal Today(DateTimeOffset at)
    {
        lock (_gate)
        {
            return _days.GetValueOrDefault(DateOnly.FromDateTime(at.UtcDateTime));
        }
    }

    public decimal Month(DateTimeOffset at)
    {
        var day = DateOnly.FromDateTime(at.UtcDateTime);
        lock (_gate)
        {
            return _days.Where(d => d.Key.Year == day.Year && d.Key.Month == day.Month).Sum(d => d.Value);
        }
    }

    /// <summary>Why nothing more may be spent, or null.</summary>
    public string? Spent(DateTimeOffset at) =>
        dailyUsd > 0 && Today(at) >= dailyUsd ? $"The model's daily budget is spent ({Today(at):0.####} of {dailyUsd} USD)"
        : monthlyUsd > 0 && Month(at) >= monthlyUsd ? $"The model's monthly budget is spent ({Month(at):0.####} of {monthlyUsd} USD)"
        : null;
}
