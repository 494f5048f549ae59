using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Rez.Tests.Support;

/// <summary>The real program as a user starts it, with its output kept.</summary>
internal sealed partial class RezProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly StringBuilder _out = new();
    private readonly StringBuilder _err = new();
    private readonly Lock _waiting = new();
    private readonly List<(Regex Pattern, TaskCompletionSource<string> Found)> _lines = [];
    private readonly TaskCompletionSource<string> _link = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RezProcess(Process process) => _process = process;

    /// <summary>The built program of the same configuration as the tests.</summary>
    public static string Executable { get; } = Find();

    public string Out
    {
        get
        {
            lock (_out)
            {
                return _out.ToString();
            }
        }
    }

    public string Err
    {
        get
        {
            lock (_err)
            {
                return _err.ToString();
            }
        }
    }

    public int Id => _process.Id;

    /// <summary>Runs to the end and gives exit code and output.</summary>
    public static async Task<(int Code, string Out, string Err)> RunAsync(string folder, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        await using var rez = Start(folder, environment, arguments);
        return (await rez.WaitAsync(), rez.Out, rez.Err);
    }

    public static RezProcess Start(string folder, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        var info = new ProcessStartInfo(Executable, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            info.Environment[name] = value;
        }

        var process = new Process { StartInfo = info };
        var rez = new RezProcess(process);
        process.OutputDataReceived += (_, e) =>
        {
            Keep(rez._out, e.Data);
            rez.Look();
        };
        process.ErrorDataReceived += (_, e) =>
        {
            Keep(rez._err, e.Data);
            rez.Look();
            if (e.Data is not null && LinkPattern().Match(e.Data) is { Success: true } match)
            {
                rez._link.TrySetResult(match.Value);
            }
        };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        return rez;
    }

    /// <summary>The one-time login link it prints.</summary>
    public async Task<Uri> LinkAsync()
    {
        var exited = _process.WaitForExitAsync();
        var first = await Task.WhenAny(_link.Task, exited).WaitAsync(Patience);
        return first == exited && !_link.Task.IsCompleted
            ? throw new InvalidOperationException($"rez ended with {_process.ExitCode}: {Err}")
            : new Uri(await _link.Task);
    }

    /// <summary>Waits for something that it prints, wherever.</summary>
    public async Task<string> LineAsync(Regex pattern)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_waiting)
        {
            _lines.Add((pattern, found));
        }

        Look();
        var exited = _process.WaitForExitAsync();
        var first = await Task.WhenAny(found.Task, exited).WaitAsync(Patience);
        return first == exited && !found.Task.IsCompleted
            ? throw new InvalidOperationException($"rez ended with {_process.ExitCode}: {Out}{Err}")
            : await found.Task;
    }

    public async Task<int> WaitAsync(TimeSpan? patience = null)
    {
        await _process.WaitForExitAsync().WaitAsync(patience ?? Patience);
        return _process.ExitCode;
    }

    public bool HasExited => _process.HasExited;

    /// <summary>Asks it to end, as a service manager does, and waits for it.</summary>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        return await WaitAsync();
    }

    /// <summary>Kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Look()
    {
        var text = Out + Err;
        lock (_waiting)
        {
            foreach (var (pattern, found) in _lines)
            {
                if (pattern.Match(text) is { Success: true } match)
                {
                    found.TrySetResult(match.Value);
                }
            }
        }
    }

    private static void Keep(StringBuilder into, string? line)
    {
        if (line is not null)
        {
            lock (into)
            {
                into.Append(line).Append('\n');
            }
        }
    }

    private static string Find()
    {
        // …/Rez.Tests/bin/<Configuration>/net10.0/
        var parts = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar);
        return Path.Combine(Repo.Root, "Rez.Worker", "bin", parts[^2], parts[^1], OperatingSystem.IsWindows() ? "rez.exe" : "rez");
    }

    [GeneratedRegex("http://[^ ]+/login/[0-9a-f]{64}")]
    private static partial Regex LinkPattern();
}
