using Rez.Core.Hyperliquid.Signing;

namespace Rez.Core.Hyperliquid.Keys;

/// <summary>
/// Turns the text of a secret into a key by what it looks like: 64 hex digits, a version-3 keystore, or a mnemonic. Where the text
/// comes from (a file, a Docker secret, the environment) is the caller's matter.
/// </summary>
/// <param name="password">Opens a keystore; a mnemonic's passphrase.</param>
/// <param name="path">Derivation path of a mnemonic.</param>
public sealed class KeySource(string? password = null, string path = Mnemonic.DefaultPath)
{
    public Outcome<PrivateKey> Read(string text)
    {
        text = text.Trim();
        if (text.StartsWith('{'))
        {
            return password is null
                ? new Rejection("no-password", "The key is an encrypted keystore, and no password for it is set.")
                : Keystore.Read(text, password);
        }

        return text.Contains(' ', StringComparison.Ordinal) ? Mnemonic.Derive(text, password ?? string.Empty, path) : PrivateKey.Parse(text);
    }

    /// <summary>Reads a key file, such as <c>/run/secrets/rez_key</c>. Messages name the file, never its content.</summary>
    public Outcome<PrivateKey> ReadFile(string file)
    {
        try
        {
            var key = Read(File.ReadAllText(file));
            return key.Ok ? key : new Rejection(key.Rejection.Code, $"{file}: {key.Rejection.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Rejection("no-key-file", $"The key file {file} can't be read ({e.GetType().Name}).");
        }
    }
}
