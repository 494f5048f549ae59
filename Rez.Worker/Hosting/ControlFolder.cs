using System.Text.Json;

namespace Rez.Worker.Hosting;

/// <summary>A command to a running worker.</summary>
/// <param name="Verb">halt, resume or flatten.</param>
internal sealed record ControlCommand(string Verb, string? Asset, string By);

/// <param name="Left">What is still open, in words; empty when all is done.</param>
internal sealed record ControlAnswer(bool Ok, string Words, IReadOnlyList<string> Left);

/// <summary>
/// Commands as files of the data dir's folder <c>control</c>: whoever may write there owns the money anyway. The worker takes <c>*.cmd</c> and leaves <c>*.done</c>.
/// </summary>
internal static class ControlFolder
{
    public static string PathIn(string dataDir) => Path.Combine(dataDir, "control");

    /// <summary>Hands a command over and waits for its answer; null when none came in time.</summary>
    public static async Task<ControlAnswer?> SendAsync(string dataDir, ControlCommand command, TimeSpan patience, CancellationToken cancel)
    {
        var folder = PathIn(dataDir);
        Directory.CreateDirectory(folder);
        var name = Path.Combine(folder, $"{TimeProvider.System.GetUtcNow():yyyyMMdd'T'HHmmssfff}-{Environment.ProcessId}");
        await File.WriteAllTextAsync(name + ".part", JsonSerializer.Serialize(command), cancel);
        File.Move(name + ".part", name + ".cmd");
        var until = TimeProvider.System.GetUtcNow() + patience;
        while (TimeProvider.System.GetUtcNow() < until)
        {
            if (File.Exists(name + ".done"))
            {
                var answer = JsonSerializer.Deserialize<ControlAnswer>(await File.ReadAllTextAsync(name + ".done", cancel));
                File.Delete(name + ".done");
                return answer;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancel);
        }

        return null;
    }

    /// <summary>Commands that wait, oldest first, each taken away as it is read.</summary>
    public static IEnumerable<(string Name, ControlCommand? Command)> Take(string dataDir)
    {
        var folder = PathIn(dataDir);
        if (!Directory.Exists(folder))
        {
            yield break;
        }

        foreach (var file in Directory.GetFiles(folder, "*.cmd").Order(StringComparer.Ordinal))
        {
            ControlCommand? command = null;
            try
            {
                command = JsonSerializer.Deserialize<ControlCommand>(File.ReadAllText(file));
            }
            catch (JsonException)
            {
                // Answered as what it is: no command.
                command = null;
            }

            File.Delete(file);
            yield return (Path.ChangeExtension(file, null), command);
        }
    }

    public static void Answer(string name, ControlAnswer answer)
    {
        File.WriteAllText(name + ".part", JsonSerializer.Serialize(answer));
        File.Move(name + ".part", name + ".done", overwrite: true);
    }
}
