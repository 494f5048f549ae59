using System.CommandLine;
using Rez.Worker;
using Rez.Worker.Commands;
using Rez.Worker.Commands.Lab;

var root = new RootCommand("Rez trades Hyperliquid perpetuals with a language model, and shows what it does and why.")
{
    CommonOptions.Config,
    CommonOptions.Set,
    RunCommand.Build(),
    ConfigCommand.Build(),
    DiaryCommand.Build(),
    IndicatorsCommand.Build(),
    AccessCommand.Build(),
    HealthCommand.Build(),
    SelftestCommand.Build(), TortureCommand.Build(), FuzzCommand.Build(),
    SimCommand.Build(),
    AgentCommand.Build(),
    ReplayCommand.Build(),
    StrategiesCommand.Build(),
    BacktestCommand.Build(),
    StatsCommand.Build(),
    MonteCarloCommand.Build(),
    SweepCommand.Build(),
    WalkForwardCommand.Build(),
    LookaheadCommand.Build(),
    RecursiveCommand.Build(),
    CompareCommand.Build(),
    LlmSimCommand.Build(),
    DoctorCommand.Build(),
    BackfillCommand.Build(),
    ImportCommand.Build(),
    BenchCommand.Build(),
};
foreach (var verb in ControlCommands.Build())
{
    root.Add(verb);
}

RunCommand.AddTo(root);
var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
    {
        Console.Error.WriteLine(error.Message);
    }

    Console.Error.WriteLine("'rez --help' lists verbs and options.");
    return ExitCode.Usage;
}

try
{
    return await parsed.InvokeAsync(new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,

        // Ctrl-C and SIGTERM: a cycle that has begun is finished, not cut.
        ProcessTerminationTimeout = TimeSpan.FromSeconds(25),
    });
}
catch (OperationCanceledException)
{
    return ExitCode.Ok;
}
catch (Exception e)
{
    Console.Error.WriteLine($"Rez stumbled over a fault of its own or of this machine: {e}");
    return ExitCode.Bug;
}
