using System.CommandLine;
using Rez.Core.Diary;
using Rez.Web.Access;

namespace Rez.Worker.Commands;

/// <summary><c>rez access link|password|token</c>: who may enter the console and the API. Works while the worker runs.</summary>
internal static class AccessCommand
{
    public static Command Build()
    {
        var url = new Option<string?>("--url") { Description = "Address of the console, as your browser reaches it" };
        var link = new Command("link", "Makes a link that logs in once, within a day") { CommonOptions.DataDir, url };
        link.SetAction(parse => Change(parse, access =>
        {
            var reading = CommonOptions.Read(parse).Options.Web;
            Console.Out.WriteLine($"{parse.GetValue(url)?.TrimEnd('/') ?? $"http://{reading.Bind}:{reading.Port}"}/login/{access.AddLink()}");
            return ExitCode.Ok;
        }));

        var password = new Command("password", "Sets the console's password, read from standard input") { CommonOptions.DataDir };
        password.SetAction(parse => Change(parse, access =>
        {
            if (!Console.IsInputRedirected)
            {
                Console.Error.Write($"New password (at least {AccessFile.LeastPasswordLength} characters): ");
            }

            var text = Console.In.ReadLine() ?? string.Empty;
            if (text.Length < AccessFile.LeastPasswordLength)
            {
                Console.Error.WriteLine($"A password needs at least {AccessFile.LeastPasswordLength} characters; nothing was changed.");
                return ExitCode.Usage;
            }

            access.SetPassword(text);
            Console.Error.WriteLine("The password is set.");
            return ExitCode.Ok;
        }));

        var name = new Argument<string>("name") { Description = "What the token is for" };
        var token = new Command("token", "Makes a token for the HTTP API; it is shown once") { name, CommonOptions.DataDir };
        token.SetAction(parse => Change(parse, access =>
        {
            Console.Out.WriteLine(access.AddToken(parse.GetValue(name)!));
            return ExitCode.Ok;
        }));
        return new Command("access", "Login links, password and API tokens") { link, password, token };
    }

    private static int Change(ParseResult parse, Func<AccessFile, int> change)
    {
        var dir = CommonOptions.DataDirOf(parse);
        try
        {
            Directory.CreateDirectory(dir);
            return change(new AccessFile(dir, TimeProvider.System));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DiaryUnavailableException)
        {
            Console.Error.WriteLine($"The data dir {Path.GetFullPath(dir)} can't be written: {e.Message}");
            return ExitCode.NotWritable;
        }
    }
}
