using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace Rez.Tests.Support;

/// <summary>A file system of a few megabytes, to be filled. Needs the right to mount.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _path;

    private SmallDisk(string path) => _path = path;

    /// <summary>Null where mounting is not allowed.</summary>
    public static SmallDisk? Mount(string path, string size) =>
        Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", path) ? new SmallDisk(path) : null;

    public void Resize(string size) => Assert.True(Run("mount", "-o", $"remount,size={size}", _path));

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Run("umount", _path);
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
