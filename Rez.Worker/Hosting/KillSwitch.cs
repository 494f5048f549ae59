using System.Runtime.InteropServices;
using Rez.Core.Desk;
using Rez.Core.Diary;
using Rez.Core.Session;
using ILogger = Serilog.ILogger;

namespace Rez.Worker.Hosting;

/// <summary>
/// Halt and Flatten from outside the process, on a task of its own: commands of the CLI, a file named HALT or FLATTEN in the data dir, and SIGUSR1, which closes everything.
/// A hung cycle or model can't hold it back.
/// </summary>
internal sealed class KillSwitch : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);
    private readonly ITradingSession _session;
    private readonly string _dataDir;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly PosixSignalRegistration? _signal;
    private readonly Task _running;
    private volatile bool _signalled;

    private KillSwitch(ITradingSession session, string dataDir, ILogger log)
    {
        (_session, _dataDir, _log) = (session, dataDir, log);
        _signal = OperatingSystem.IsLinux() ? PosixSignalRegistration.Create((PosixSignal)10, Signalled)
            : OperatingSystem.IsMacOS() ? PosixSignalRegistration.Create((PosixSignal)30, Signalled)
            : null;
        _running = RunAsync();
    }

    private string HaltFile => Path.Combine(_dataDir, "HALT");

    private string FlattenFile => Path.Combine(_dataDir, "FLATTEN");

    public static KillSwitch Start(ITradingSession session, string dataDir, ILogger log) => new(session, dataDir, log);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _signal?.Dispose();
        _stopping.Dispose();
    }

    private void Signalled(PosixSignalContext context)
    {
        context.Cancel = true;
        _signalled = true;
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await LookAsync();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or DiaryUnavailableException)
            {
                _log.Error("A command from outside could not be carried out: {Why}", e.Message);
            }

            await Task.Delay(Look, TimeProvider.System, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LookAsync()
    {
        if (_signalled)
        {
            _signalled = false;
            _log.Warning("SIGUSR1: everything is closed");
            _log.Warning("{Words}", (await FlattenAsync(null, "signal")).Words);
        }

        foreach (var (name, command) in ControlFolder.Take(_dataDir))
        {
            ControlFolder.Answer(name, await CarryOutAsync(command));
        }

        if (File.Exists(HaltFile) && !_session.Controls.State.Halted)
        {
            _log.Warning("There is a file {File}: halted", HaltFile);
            await _session.Controls.HaltAsync("file", "a file HALT lies in the data dir");
        }

        if (File.Exists(FlattenFile))
        {
            var asset = (await File.ReadAllTextAsync(FlattenFile)).Trim();
            File.Delete(FlattenFile);
            _log.Warning("There was a file {File}: {Words}", FlattenFile, (await FlattenAsync(asset.Length > 0 ? asset : null, "file")).Words);
        }
    }

    private async Task<ControlAnswer> CarryOutAsync(ControlCommand? command)
    {
        try
        {
            switch (command?.Verb)
            {
                case "halt":
                    await _session.Controls.HaltAsync(command.By, "halted by a person");
                    return new ControlAnswer(true, "Halted: nothing is opened until you resume; stops stay.", []);
                case "resume":
                    File.Delete(HaltFile);
                    await _session.Controls.ResumeAsync(command.By);
                    return new ControlAnswer(true, "Resumed. What had happened is accepted: losses and drawdown count from here.", []);
                case "flatten":
                    return await FlattenAsync(command.Asset, command.By);
                default:
                    return new ControlAnswer(false, "That was no command.", []);
            }
        }
        catch (DiaryUnavailableException e)
        {
            return new ControlAnswer(false, $"The diary can't be written, so the worker stops trading: {e.Message} 'rez flatten' closes positions without it once the worker has ended.", []);
        }
    }

    private async Task<ControlAnswer> FlattenAsync(string? asset, string by)
    {
        var results = await _session.Controls.FlattenAsync(asset, by, CancellationToken.None);
        var left = results.Where(r => r.Left != 0).Select(r => r.ToString()).ToArray();
        return new ControlAnswer(
            left.Length == 0,
            left.Length > 0 ? $"Not flat: {string.Join(", ", left)}." : asset is null ? "Flat, and halted until you resume." : $"{asset} is flat.",
            left);
    }
}
