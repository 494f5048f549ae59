using System.Collections.Immutable;
using Rez.Core.Backtest;

namespace Rez.Web.Lab;

public enum LabState
{
    Waiting,
    Running,
    Done,
    Failed,
    Cancelled,
}

/// <summary>What is asked of the lab.</summary>
/// <param name="Data">Name of one of <see cref="LabDesk.Sources"/>.</param>
/// <param name="Parameters"><c>name=value</c>, and for a sweep <c>name=from:to:step</c> or <c>name=a,b,c</c>, separated by blanks.</param>
/// <param name="Interval">How often it decides.</param>
/// <param name="Days">Length of the span, from the first moment that can be traded.</param>
/// <param name="Objective">What a sweep ranks by.</param>
public sealed record LabWish(string Data, string Strategy, string Parameters, string Interval, int Days, string Objective);

/// <summary>Curve of a backtest, thinned, beside buy-and-hold.</summary>
public sealed record LabPoint(long AtMs, decimal Equity, decimal? Hold);

/// <summary>A sweep over two parameters as a surface; a missing point is a combination that makes no sense or did not come to anything.</summary>
/// <param name="Scores">Row by row: <c>[y][x]</c>.</param>
public sealed record LabSurface(string XName, string YName, ImmutableArray<double> Xs, ImmutableArray<double> Ys, ImmutableArray<ImmutableArray<double?>> Scores, string Objective);

/// <summary>A backtest or sweep, as far as it has come. Replaced as a whole.</summary>
/// <param name="Share">From 0 to 1.</param>
/// <param name="LeftMs">Wall-clock milliseconds that it will still take; null while unknown.</param>
/// <param name="Trials">Best first; of a backtest its one.</param>
public sealed record LabJob(
    int Id, LabWish Wish, bool IsSweep, string By, long AskedMs, LabState State, double Share, long? LeftMs, string? Fault, ImmutableArray<Trial> Trials, ImmutableArray<LabPoint> Curve, LabSurface? Surface, string? Note)
{
    public bool IsOver => State is LabState.Done or LabState.Failed or LabState.Cancelled;
}
