using System.Text.RegularExpressions;
using Rez.Core.Configuration;
using Rez.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace Rez.Tests.Deployment;

/// <summary>No engine builds the image here, so the files are held against the code as text.</summary>
public sealed partial class ContainerFilesTests
{
    private static readonly string Dockerfile = Read("Dockerfile");

    [Fact]
    public void Every_path_the_image_copies_exists()
    {
        var sources = Dockerfile.Split('\n').Where(l => l.StartsWith("COPY ", StringComparison.Ordinal) && !l.Contains("--from", StringComparison.Ordinal))
            .SelectMany(l => l[5..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..^1]).ToArray();
        Assert.True(sources.Length >= 12);
        Assert.All(sources, s => Assert.True(Path.Exists(Path.Combine(Repo.Root, s)), s));

        // Everything the program is built from is copied.
        foreach (var project in new[] { "Rez.Core", "Rez.Web", "Rez.Worker" })
        {
            Assert.Contains(project + "/", sources);
        }

        Assert.Contains("build/", sources);
        Assert.Contains("appsettings.json", sources);
        Assert.DoesNotContain("Rez.Worker", Read(".dockerignore"));
    }

    [Fact]
    public void The_image_runs_the_program_unprivileged_with_settings_that_exist()
    {
        Assert.Contains("AS build", Dockerfile);
        Assert.Matches(@"USER 1654:1654", Dockerfile);
        Assert.Contains("ENTRYPOINT [\"./rez\"]", Dockerfile);
        Assert.Contains("<AssemblyName>rez</AssemblyName>", Read("Rez.Worker/Rez.Worker.csproj"));
        Assert.Contains("\"./rez\", \"health\"", Dockerfile);
        var keys = SettingKey().Matches(Dockerfile).Select(m => m.Groups[1].Value.Replace("__", ":", StringComparison.Ordinal)).ToArray();
        Assert.Equal(3, keys.Length);
        Assert.All(keys, k => Assert.NotNull(SettingDefinition.Find(k)));
        Assert.Contains($"REZ__Web__Port={new RezOptions().Web.Port}", Dockerfile);
        Assert.Contains($"EXPOSE {new RezOptions().Web.Port}", Dockerfile);
        Assert.Contains("VOLUME /data", Dockerfile);
        Assert.Contains("REZ__Storage__DataDir=/data", Dockerfile);
    }

    [Fact]
    public void Compose_has_one_service_a_volume_and_a_loopback_port()
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Read("docker-compose.yml")));
        var root = (YamlMappingNode)yaml.Documents[0].RootNode;
        var services = (YamlMappingNode)root["services"];
        var rez = (YamlMappingNode)Assert.Single(services.Children).Value;
        var port = Text(Assert.Single((YamlSequenceNode)rez["ports"]));
        var own = new RezOptions().Web.Port;
        Assert.Equal($"127.0.0.1:{own}:{own}", port);
        var volume = Text(Assert.Single((YamlSequenceNode)rez["volumes"])).Split(':');
        Assert.Equal("/data", volume[1]);
        Assert.True(((YamlMappingNode)root["volumes"]).Children.ContainsKey(new YamlScalarNode(volume[0])));
        Assert.Equal("true", Text(rez["read_only"]));
        Assert.Equal(["ALL"], ((YamlSequenceNode)rez["cap_drop"]).Select(Text));
        Assert.Equal(["no-new-privileges:true"], ((YamlSequenceNode)rez["security_opt"]).Select(Text));
        Assert.Equal(".", Text(rez["build"]));

        // What must be written lies on the volume or in memory: nothing else of the program writes.
        Assert.Equal(["/tmp"], ((YamlSequenceNode)rez["tmpfs"]).Select(Text));
    }

    [Fact]
    public void The_example_environment_names_settings_that_exist()
    {
        var keys = SettingKey().Matches(Read(".env.example")).Select(m => m.Groups[1].Value.Replace("__", ":", StringComparison.Ordinal)).Where(k => k != "Section:Key").ToArray();
        Assert.True(keys.Length >= 4);
        Assert.All(keys, k => Assert.NotNull(SettingDefinition.Find(k)));
    }

    [Fact]
    public void The_readme_starts_with_the_two_commands_and_lists_every_exit_code()
    {
        var readme = Read("README.md");
        var first = string.Join('\n', readme.Split('\n').Take(25));
        Assert.Contains("dotnet run --project Rez.Worker", first);
        Assert.Contains("scripts/test", first);
        var codes = ExitCodeConstant().Matches(Read("Rez.Worker/ExitCodes.cs")).Select(m => m.Groups[1].Value).ToArray();
        Assert.True(codes.Length >= 12);
        Assert.All(codes, c => Assert.Contains($"| {c} |", readme));
        Assert.Contains("scripts/test", Read(".ci/run"));
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(Repo.Root, path));

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;

    [GeneratedRegex(@"REZ__(\w+?)(?==)")]
    private static partial Regex SettingKey();

    [GeneratedRegex(@"const int \w+ = (\d+);")]
    private static partial Regex ExitCodeConstant();
}
