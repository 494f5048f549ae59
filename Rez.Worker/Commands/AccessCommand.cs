using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Rez.Core;
using Rez.Core.Diary;
using Rez.Web.Access;

namespace Rez.Worker.Commands;

/// <summary><c>rez access …</c>: who may enter the console and the API. Works while the worker runs; what it changes is in the diary's audit too.</summary>
internal static class AccessCommand
{
    private static readonly Option<string> User = new("--user") { Description = "Whose", DefaultValueFactory = _ => AccessFile.Owner };

    public static Command Build() => new("access", "Who may enter: login links, passwords, people, API tokens") { Link(), Password(), Token(), Revoke(), Add(), SetRole(), KeepOut(), CodesOff(), List() };

    private static Command Link()
    {
        var url = new Option<string?>("--url") { Description = "Address of the console, as your browser reaches it" };
        var command = new Command("link", "Makes a link that logs in once, within a day") { CommonOptions.DataDir, url, User };
        command.SetAction(parse => ChangeAsync(parse, async desk =>
        {
            var web = CommonOptions.Read(parse).Options.Web;
            return (await desk.AddLinkAsync(Actor.CommandLine, parse.GetValue(User)!)) is { Ok: true } made
                ? $"{parse.GetValue(url)?.TrimEnd('/') ?? $"http://{web.Bind}:{web.Port}"}/login/{made.Value}"
                : Nobody(parse.GetValue(User)!);
        }));
        return command;
    }

    private static Command Password()
    {
        var command = new Command("password", "Sets a password, read from standard input") { CommonOptions.DataDir, User };
        command.SetAction(parse =>
        {
            if (!Console.IsInputRedirected)
            {
                Console.Error.Write($"New password (at least {AccessFile.LeastPasswordLength} characters): ");
            }

            var text = Console.In.ReadLine() ?? string.Empty;
            return ChangeAsync(parse, desk => desk.SetPasswordAsync(Actor.CommandLine, parse.GetValue(User)!, text), _ => "The password is set.");
        });
        return command;
    }

    private static Command Token()
    {
        var name = new Argument<string>("name") { Description = "What the token is for" };
        var scope = new Option<string>("--scope") { Description = "What it may: read, trade or admin", DefaultValueFactory = _ => Role.Admin.Scope() };
        var days = new Option<int?>("--days") { Description = "Ends after this many days; without it only by 'revoke'" };
        var command = new Command("token", "Makes a token for the HTTP API; it is shown once") { name, scope, days, CommonOptions.DataDir };
        command.SetAction(parse => ChangeAsync(parse, async desk =>
            Roles.Of(parse.GetValue(scope)) is not { } role ? new Rejection("bad-scope", $"--scope is one of {string.Join(", ", Roles.Scopes)}.")
            : parse.GetValue(days) is <= 0 ? new Rejection("bad-days", "--days must be above 0.")
            : await desk.AddTokenAsync(Actor.CommandLine, parse.GetValue(name)!, role, parse.GetValue(days) is { } d ? TimeSpan.FromDays(d) : null)));
        return command;
    }

    private static Command Revoke()
    {
        var name = new Argument<string>("name") { Description = "Name of the token" };
        var command = new Command("revoke", "Revokes a token") { name, CommonOptions.DataDir };
        command.SetAction(parse => ChangeAsync(parse, desk => desk.RevokeTokenAsync(Actor.CommandLine, parse.GetValue(name)!), n => $"{n} is revoked."));
        return command;
    }

    private static Command Add()
    {
        var (name, role) = (new Argument<string>("name") { Description = "Name to log in with" }, RoleArgument());
        var command = new Command("add", "Adds a person and prints the path of the link that logs them in once") { name, role, CommonOptions.DataDir };
        command.SetAction(parse => ChangeAsync(
            parse, async desk => Roles.Of(parse.GetValue(role)) is { } r ? await desk.AddPersonAsync(Actor.CommandLine, parse.GetValue(name)!, r) : BadRole, link => "/login/" + link));
        return command;
    }

    private static Command SetRole()
    {
        var (name, role) = (PersonArgument(), RoleArgument());
        var command = new Command("role", "Changes what a person may do; ends their sessions") { name, role, CommonOptions.DataDir };
        command.SetAction(parse => ChangeAsync(
            parse, async desk => Roles.Of(parse.GetValue(role)) is { } r ? await desk.SetRoleAsync(Actor.CommandLine, parse.GetValue(name)!, r) : BadRole, r => $"{parse.GetValue(name)} is {r}."));
        return command;
    }

    private static Command KeepOut()
    {
        var name = PersonArgument();
        var undo = new Option<bool>("--undo") { Description = "Lets them in again" };
        var command = new Command("keep-out", "Ends a person's sessions and lets them in no more") { name, undo, CommonOptions.DataDir };
        command.SetAction(parse => ChangeAsync(
            parse, desk => desk.SetDisabledAsync(Actor.CommandLine, parse.GetValue(name)!, !parse.GetValue(undo)), n => parse.GetValue(undo) ? $"{n} may log in again." : $"{n} is kept out."));
        return command;
    }

    private static Command CodesOff()
    {
        var name = PersonArgument();
        var command = new Command("codes-off", "Lets a person in without one-time codes, when the phone is lost") { name, CommonOptions.DataDir };
        command.SetAction(parse => ChangeAsync(parse, desk => desk.SetCodeAsync(Actor.CommandLine, parse.GetValue(name)!, false, null), n => $"{n} logs in without codes."));
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "People, their sessions, and tokens") { CommonOptions.DataDir };
        command.SetAction(parse => ChangeAsync(parse, async (AccessDesk desk, People people) =>
        {
            var lines = (await desk.PeopleAsync()).Select(p => $"person   {p.Name,-20} {p.Role,-7} {(p.IsDisabled ? "kept out" : p.HasPassword ? p.HasCode ? "password and code" : "password" : "links only")}")
                .Concat((await people.SessionsAsync(null)).Select(s => $"session  {s.Name,-20} {s.How} from {s.From}, seen {DateTimeOffset.FromUnixTimeMilliseconds(s.SeenMs):yyyy-MM-dd HH:mm} UTC"))
                .Concat((await desk.TokensAsync()).Select(t => $"token    {t.Name,-20} {t.Scope,-7} {(t.EndsMs is { } e ? $"until {DateTimeOffset.FromUnixTimeMilliseconds(e):yyyy-MM-dd HH:mm} UTC" : "until revoked")}"));
            return (Outcome<string>)string.Join(Environment.NewLine, lines);
        }));
        return command;
    }

    private static Rejection BadRole { get; } = new("bad-role", $"A role is one of {string.Join(", ", Roles.Names)}.");

    private static Argument<string> PersonArgument() => new("name") { Description = "Name of the person" };

    private static Argument<string> RoleArgument() => new("role") { Description = string.Join(", ", Roles.Names) };

    private static Outcome<string> Nobody(string name) => new Rejection("no-person", $"There is nobody called {name}.");

    /// <param name="words">Said to the person where the result is not what they asked for.</param>
    private static Task<int> ChangeAsync(ParseResult parse, Func<AccessDesk, Task<Outcome<string>>> change, Func<string, string>? words = null) =>
        ChangeAsync(
            parse,
            async (desk, _) =>
            {
                var outcome = await change(desk);
                return outcome.Ok && words is not null ? words(outcome.Value) : outcome;
            },
            isNotice: words is not null);

    private static async Task<int> ChangeAsync(ParseResult parse, Func<AccessDesk, People, Task<Outcome<string>>> change, bool isNotice = false)
    {
        var dir = CommonOptions.DataDirOf(parse);
        try
        {
            Directory.CreateDirectory(dir);
            var services = new ServiceCollection();
            services.AddLogging();
            services.AddAccess(Path.GetFullPath(dir), TimeProvider.System);
            await using var provider = services.BuildServiceProvider();
            await AccessFile.OpenAsync(provider, Path.GetFullPath(dir), TimeProvider.System);
            var outcome = await change(provider.GetRequiredService<AccessDesk>(), provider.GetRequiredService<People>());
            await (outcome.Ok && !isNotice ? Console.Out : Console.Error).WriteLineAsync(outcome.Ok ? outcome.Value : $"{outcome.Rejection.Message} Nothing was changed.");
            return outcome.Ok ? ExitCode.Ok : ExitCode.Usage;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DiaryUnavailableException or System.Data.Common.DbException)
        {
            await Console.Error.WriteLineAsync($"The data dir {Path.GetFullPath(dir)} can't be used: {e.Message}");
            return ExitCode.NotWritable;
        }
    }
}
