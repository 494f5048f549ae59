using QRCoder;

namespace Rez.Web.Access;

/// <summary>The key of an authenticator app as a picture for its camera (the otpauth format that all of them read).</summary>
internal static class CodePicture
{
    private const int Pixels = 5;

    public static string Of(string name, string key)
    {
        using var data = QRCodeGenerator.GenerateQrCode($"otpauth://totp/Rez:{Uri.EscapeDataString(name)}?secret={key}&issuer=Rez", QRCodeGenerator.ECCLevel.M);
        using var picture = new SvgQRCode(data);
        return picture.GetGraphic(Pixels);
    }
}
