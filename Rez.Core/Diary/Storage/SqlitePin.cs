using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Rez.Core.Diary.Storage;

/// <summary>
/// Makes EF Core 10 run on SQLitePCLRaw 2.0.6, the newest that every registry in question serves, and on the system's
/// patched libsqlite3 where there is one. All of it can go once SQLitePCLRaw 2.1.13 or newer restores: then remove this
/// file, its call, and the pin in Directory.Build.props (docs/decisions/0001-packages.md).
/// </summary>
public static class SqlitePin
{
    private static readonly Lock Gate = new();
    private static bool _done;

    /// <summary>Must run before anything of Microsoft.Data.Sqlite is touched; further calls do nothing.</summary>
    public static void Apply()
    {
        lock (Gate)
        {
            if (_done)
            {
                return;
            }

            _done = true;
            AssemblyLoadContext.Default.Resolving += LoadOwnCore;
            NativeLibrary.SetDllImportResolver(Assembly.Load("SQLitePCLRaw.provider.e_sqlite3"), PreferSystemLibrary);
            SQLitePCL.Batteries_V2.Init();
        }
    }

    // Microsoft.Data.Sqlite asks for a newer version than the one beside us; the loader refuses, so it is handed over by hand.
    private static Assembly? LoadOwnCore(AssemblyLoadContext context, AssemblyName name)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "SQLitePCLRaw.core.dll");
        return name.Name == "SQLitePCLRaw.core" && File.Exists(path) ? context.LoadFromAssemblyPath(path) : null;
    }

    private static nint PreferSystemLibrary(string library, Assembly assembly, DllImportSearchPath? search) =>
        library == "e_sqlite3" && NativeLibrary.TryLoad("libsqlite3.so.0", out var handle) ? handle : 0;
}
