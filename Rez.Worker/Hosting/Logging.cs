using Rez.Core.Configuration;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Json;

namespace Rez.Worker.Hosting;

/// <summary>Logs go to standard error, and as JSON lines into the data dir.</summary>
internal static class Logging
{
    public static Logger Create(LogOptions options, string dataDir)
    {
        var level = options.Level switch
        {
            LogLevelName.Debug => LogEventLevel.Debug,
            LogLevelName.Warning => LogEventLevel.Warning,
            LogLevelName.Error => LogEventLevel.Error,
            _ => LogEventLevel.Information,
        };
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Is(level)
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("System", LogEventLevel.Warning)
            // The cookie's keys lie in the data dir, readable by the owner only; its warning about that would alarm at every first start.
            .MinimumLevel.Override("Microsoft.AspNetCore.DataProtection", LogEventLevel.Error)
            .WriteTo.Console(
                outputTemplate: "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}",
                standardErrorFromLevel: LogEventLevel.Verbose,
                formatProvider: System.Globalization.CultureInfo.InvariantCulture);
        if (options.File)
        {
            configuration.WriteTo.File(
                new JsonFormatter(renderMessage: true), Path.Combine(dataDir, "logs", "rez-.jsonl"),
                rollingInterval: RollingInterval.Day, fileSizeLimitBytes: 10 << 20, rollOnFileSizeLimit: true, retainedFileCountLimit: 5);
        }

        return configuration.CreateLogger();
    }
}
