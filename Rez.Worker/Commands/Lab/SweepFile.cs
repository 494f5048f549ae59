using System.Text;
using System.Text.Json;
using Rez.Core;
using Rez.Core.Backtest;

namespace Rez.Worker.Commands.Lab;

/// <summary>
/// Trials of a sweep as lines of JSON behind a first line that says what was swept: written as they come, so that an interrupted sweep goes on with those it has. A file of another sweep is
/// refused, never mixed. A last line that was cut off is dropped.
/// </summary>
internal sealed class SweepFile : IDisposable
{
    private readonly StreamWriter _writer;

    private SweepFile(StreamWriter writer, IReadOnlyList<Trial> known) => (_writer, Known) = (writer, known);

    public IReadOnlyList<Trial> Known { get; }

    /// <param name="job">What is swept, in words that are the same for the same sweep.</param>
    public static Outcome<SweepFile> Open(string path, string job)
    {
        try
        {
            var known = new List<Trial>();
            if (File.Exists(path))
            {
                var lines = File.ReadAllLines(path);
                if (lines.Length > 0 && lines[0] != Header(job))
                {
                    return new Rejection("other-sweep", $"{path} holds another sweep: other data, span, strategy, limits or constants. Give another file, or remove it.");
                }

                foreach (var line in lines.Skip(1))
                {
                    if (Read(line) is { } trial)
                    {
                        known.Add(trial);
                    }
                }
            }
            else
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            }

            // Written anew, so that half a line at the end is gone before more is added.
            var writer = new StreamWriter(path, append: false, new UTF8Encoding(false)) { AutoFlush = false };
            writer.WriteLine(Header(job));
            foreach (var trial in known)
            {
                writer.WriteLine(Line(trial));
            }

            writer.Flush();
            writer.AutoFlush = true;
            return new SweepFile(writer, known);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Rejection("not-writable", $"{path} can't be written: {e.Message}");
        }
    }

    public void Add(Trial trial) => _writer.WriteLine(Line(trial));

    public void Dispose() => _writer.Dispose();

    private static string Header(string job) => JsonSerializer.Serialize(new { sweep = job }, BacktestCommand.Json);

    private static string Line(Trial trial) => JsonSerializer.Serialize(trial, BacktestCommand.Json);

    private static Trial? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<Trial>(line, BacktestCommand.Json);
        }
        catch (JsonException)
        {
            // The line that was being written when the process ended: that trial is run again.
            return null;
        }
    }
}
