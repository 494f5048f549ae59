using Radzen;
using Rez.Core;
using Rez.Core.Diary;
using Rez.Web.Access;

namespace Rez.Web.Components.Widgets;

/// <summary>Runs what a person asked for, if they may, and says how it went; a fault is shown, never swallowed.</summary>
internal static class Actions
{
    /// <param name="action">Gives what stood against it, or null.</param>
    public static async Task RunAsync(this NotificationService notices, Visitor visitor, Func<Task<string?>> action, string done, Role need = Role.Trader)
    {
        if (visitor.Refuse(need) is { } refused)
        {
            notices.Notify(NotificationSeverity.Error, "That did not work", refused, 15_000);
            return;
        }

        try
        {
            if (await action() is { } refusal)
            {
                notices.Notify(NotificationSeverity.Error, "That did not work", refusal, 15_000);
            }
            else
            {
                notices.Notify(NotificationSeverity.Success, done);
            }
        }
        catch (DiaryUnavailableException e)
        {
            notices.Notify(NotificationSeverity.Error, "That did not work", e.Message, 15_000);
        }
    }

    /// <summary>The same for a change whose outcome is a value.</summary>
    public static Task ChangeAsync<T>(this NotificationService notices, Visitor visitor, Func<Task<Outcome<T>>> change, string done, Role need) => notices.RunAsync(
        visitor,
        async () => await change() is { Ok: false } refused ? refused.Rejection.Message : null,
        done,
        need);

    public static Task RunAsync(this NotificationService notices, Visitor visitor, Func<Task> action, string done, Role need = Role.Trader) => notices.RunAsync(
        visitor,
        async () =>
        {
            await action();
            return null;
        },
        done,
        need);
}
