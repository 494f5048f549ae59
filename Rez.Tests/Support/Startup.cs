using System.Runtime.CompilerServices;
using Rez.Core.Diary.Storage;

namespace Rez.Tests.Support;

internal static class Startup
{
    /// <summary>The SQLite pin must be in place before any test touches the driver.</summary>
    [ModuleInitializer]
    internal static void Run() => SqlitePin.Apply();
}
