using System.Reflection;
using Rez.Core.Risk;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Architecture;

/// <summary>An unapproved or unprotected entry can't be expressed to the exchange.</summary>
public sealed class ApprovedOrderTests
{
    private static readonly Type[] Approved = [typeof(ApprovedEntry), typeof(ApprovedExit), typeof(ApprovedProtection)];

    [Fact]
    public void The_exchange_takes_approved_orders_and_nothing_else()
    {
        var place = typeof(IExchange).GetMethods().Where(m => m.GetParameters().Any(p => p.ParameterType == typeof(OrderRequest) || p.ParameterType == typeof(OrderLeg)));
        Assert.Empty(place);
        Assert.Equal(typeof(ApprovedOrder), typeof(IExchange).GetMethod(nameof(IExchange.PlaceAsync))!.GetParameters()[0].ParameterType);
    }

    [Fact]
    public void No_constructor_is_open_to_other_assemblies_and_no_new_kind_can_be_derived()
    {
        Assert.All(Approved, t => Assert.True(t.IsSealed));
        Assert.All(Approved.Append(typeof(ApprovedOrder)), t => Assert.Empty(t.GetConstructors(BindingFlags.Public | BindingFlags.Instance)));
        Assert.True(typeof(ApprovedOrder).GetConstructors(BindingFlags.NonPublic | BindingFlags.Instance).All(c => c.IsFamilyAndAssembly));
        Assert.Equal(Approved.OrderBy(t => t.Name), typeof(ApprovedOrder).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(ApprovedOrder))).OrderBy(t => t.Name));
    }

    [Fact]
    public void Only_the_risk_gate_makes_one()
    {
        var makers = typeof(ApprovedOrder).Assembly.GetTypes()
            .SelectMany(t => t.GetMethods(Everything).Cast<MethodBase>().Concat(t.GetConstructors(Everything)))
            .Where(Creates).Select(m => m.DeclaringType!.Name).Distinct();
        Assert.Equal([nameof(RiskGate)], makers);
    }

    [Fact]
    public void An_entry_without_a_stop_of_its_full_size_throws()
    {
        var good = Some.Bracket(Side.Buy, 0.1m, 100_000m, 99_000m, 103_000m);
        Assert.NotNull(Entry(good));
        Assert.Throws<InvalidOperationException>(() => Entry(good with { Legs = [good.Legs[0]] }));
        Assert.Throws<InvalidOperationException>(() => Entry(good with { Grouping = OrderGrouping.None }));
        Assert.Throws<InvalidOperationException>(() => Entry(good with { Legs = [good.Legs[0], good.Legs[2]] }));
        Assert.Throws<InvalidOperationException>(() => Entry(good with { Legs = good.Legs.SetItem(1, good.Legs[1] with { Size = 0.05m }) }));
        Assert.Throws<InvalidOperationException>(() => Entry(good with { Legs = good.Legs.SetItem(1, good.Legs[1] with { ReduceOnly = false }) }));
        Assert.Throws<InvalidOperationException>(() => Entry(good with { Legs = good.Legs.SetItem(1, good.Legs[1] with { Side = Side.Buy }) }));
        Assert.Throws<InvalidOperationException>(() => Entry(good with { Legs = good.Legs.SetItem(1, good.Legs[1] with { TriggerPrice = 101_000m }) }));
    }

    [Fact]
    public void An_exit_must_be_reduce_only()
    {
        Assert.Throws<InvalidOperationException>(() => new ApprovedExit(Some.Order(Some.Leg(Side.Sell, 1, 1)), "c", "r"));
        Assert.NotNull(new ApprovedExit(Some.Order(Some.Leg(Side.Sell, 1, 1, reduceOnly: true)), "c", "r"));
    }

    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static ApprovedEntry Entry(OrderRequest request) => new(request, "c", "r", 1, true);

    /// <summary>Whether a method's IL holds <c>newobj</c> of an approved order.</summary>
    private static bool Creates(MethodBase method)
    {
        var il = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var i = 0; i + 4 < il.Length; i++)
        {
            const byte NewObj = 0x73;
            if (il[i] == NewObj && BitConverter.ToInt32(il, i + 1) is var token && token >> 24 is 0x06
                && Approved.SelectMany(t => t.GetConstructors(Everything)).Any(c => c.MetadataToken == token))
            {
                return true;
            }
        }

        return false;
    }
}
