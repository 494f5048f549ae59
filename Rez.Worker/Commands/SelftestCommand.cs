using System.CommandLine;
using System.Text.Json;
using Rez.Core.Hyperliquid.Signing;

namespace Rez.Worker.Commands;

/// <summary><c>rez selftest signing --vectors FILE</c>: whether this machine signs as recorded, with every signer it has.</summary>
internal static class SelftestCommand
{
    public static Command Build()
    {
        var file = new Option<string>("--vectors") { Description = "File of signing vectors", Required = true };
        var signing = new Command("signing", "Reproduces recorded signatures with libsecp256k1, where installed, and with BouncyCastle") { file };
        signing.SetAction(parse => Sign(parse.GetValue(file)!));
        return new Command("selftest", "Checks parts of Rez on this machine") { signing };
    }

    private static int Sign(string path)
    {
        IEthereumSigner[] signers = NativeSecp256k1.Instance is { } native ? [native, new Secp256k1()] : [new Secp256k1()];
        Console.Error.WriteLine($"Signers: {string.Join(", ", signers.Select(s => s.Name))}{(signers.Length == 1 ? " (libsecp256k1 is not installed; Debian: libsecp256k1-1)" : string.Empty)}");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var report = SigningVectors.Run(document.RootElement, signers);
            foreach (var fault in report.Faults)
            {
                Console.Error.WriteLine($"{fault.Name} [{fault.Signer}]: {fault.What}");
            }

            Console.Out.WriteLine($"{report.Passed} passed, {report.Failed} failed");
            return report.Failed == 0 && report.Passed > 0 ? ExitCode.Ok : ExitCode.Failed;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            Console.Error.WriteLine($"{path} is no file of signing vectors: {e.Message}");
            return ExitCode.BadData;
        }
    }
}
