using Rez.Core.Diary;

namespace Rez.Worker;

/// <summary>Exit codes of every verb; README.md lists them.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>A check found something: a broken chain, a configuration fault.</summary>
    public const int Failed = 1;

    /// <summary>The command line makes no sense.</summary>
    public const int Usage = 2;

    /// <summary>The configuration has faults.</summary>
    public const int Configuration = 3;

    public const int PortInUse = 4;

    public const int NotWritable = 5;

    public const int DiskFull = 6;

    /// <summary>Another process owns the data dir or the diary.</summary>
    public const int Locked = 7;

    public const int Corrupt = 8;

    public const int Tampered = 9;

    /// <summary>Candles that can't be traded on, or no such file.</summary>
    public const int BadData = 10;

    /// <summary>The data dir holds a diary of another market.</summary>
    public const int OtherWorld = 11;

    /// <summary>Live trading did not start: the key, the account or the venue is not ready.</summary>
    public const int NotReady = 12;

    /// <summary>A bug or a broken environment.</summary>
    public const int Bug = 70;

    public static int Of(DiaryUnavailableException e) => e.Code switch
    {
        "not-writable" => NotWritable,
        "disk-full" => DiskFull,
        "locked" => Locked,
        "corrupt" => Corrupt,
        "tampered" => Tampered,
        _ => Bug,
    };
}
