using Rez.Core.Agent.Prompts;
using Rez.Tests.Support;

namespace Rez.Tests.Agent;

/// <summary>Prompts are files: found, edited, known by a digest, and refused by name when they can't be read.</summary>
public sealed class PromptTests
{
    [Fact]
    public void An_empty_folder_gives_the_built_in_texts()
    {
        using var folder = new TempFolder();
        var prompts = new PromptFolder(folder.Path).Current().Value;
        Assert.Equal(PromptSet.BuiltIn.Digest, prompts.Digest);
        Assert.Contains("\"untrusted\"", prompts.System);
        Assert.Contains("How to trade", prompts.Message(["BTC"]));
    }

    [Fact]
    public void An_edit_counts_at_once_and_changes_the_digest_but_text_of_others_does_not()
    {
        using var folder = new TempFolder();
        var prompts = new PromptFolder(folder.Path);
        Assert.Equal(2, prompts.Unpack().Count);
        Assert.Empty(prompts.Unpack());
        Assert.Equal(PromptSet.BuiltIn.Digest, prompts.Current().Value.Digest);
        File.WriteAllText(folder.File("notes/BTC.md"), "Never on weekends.");
        var noted = prompts.Current().Value;
        Assert.NotEqual(PromptSet.BuiltIn.Digest, noted.Digest);
        Assert.Contains("On BTC:\nNever on weekends.", noted.Message(["BTC", "ETH"]));
        Assert.DoesNotContain("weekends", noted.Message(["ETH"]));
        File.WriteAllText(folder.File("outside.md"), "News!");
        Assert.Equal((noted.Digest, "News!"), (prompts.Current().Value.Digest, prompts.Current().Value.Outside));
        File.WriteAllText(folder.File("strategy.md"), "Only shorts.");
        Assert.Contains("Only shorts.", prompts.Current().Value.Message([]));
    }

    [Fact]
    public void What_cannot_be_sent_is_refused_by_name()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder.File("strategy.md"), [0x41, 0xff, 0xfe, 0x42]);
        Assert.Contains("strategy.md", new PromptFolder(folder.Path).Current().Rejection.Message);
        File.WriteAllText(folder.File("strategy.md"), new string('x', 70_000));
        Assert.Contains("70000 bytes", new PromptFolder(folder.Path).Current().Rejection.Message);
    }

    [Theory]
    [InlineData("plain words", "plain words")]
    [InlineData("a\u200bb\u202ec\u0000d", "abcd")]
    [InlineData("line\nbreak", "line break")]
    [InlineData("smile 😀 stays", "smile 😀 stays")]
    public void Fenced_text_is_plain(string text, string plain) => Assert.Equal(plain, Fence.Plain(text, 100));

    [Fact]
    public void Fenced_text_is_cut() => Assert.Equal("abc…", Fence.Plain("abcdef", 3));
}
