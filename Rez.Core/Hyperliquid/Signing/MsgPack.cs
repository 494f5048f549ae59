using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Rez.Core.Hyperliquid.Signing;

/// <summary>
/// The part of MessagePack that actions are hashed in: maps in the order given, arrays, strings, booleans, nil and whole numbers,
/// each in its smallest form. Never floats: prices and sizes are strings (protocol §3.1).
/// </summary>
public static class MsgPack
{
    /// <summary>Encodes a JSON value; the order of its keys is the order of the map.</summary>
    /// <exception cref="FormatException">A number is not whole or is out of range.</exception>
    public static byte[] Encode(JsonElement value)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        Write(buffer, value);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(ArrayBufferWriter<byte> into, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                Header(into, value.EnumerateObject().Count(), 0x80, 0xde);
                foreach (var property in value.EnumerateObject())
                {
                    Text(into, property.Name);
                    Write(into, property.Value);
                }

                break;
            case JsonValueKind.Array:
                Header(into, value.GetArrayLength(), 0x90, 0xdc);
                foreach (var item in value.EnumerateArray())
                {
                    Write(into, item);
                }

                break;
            case JsonValueKind.String:
                Text(into, value.GetString()!);
                break;
            case JsonValueKind.True:
                Byte(into, 0xc3);
                break;
            case JsonValueKind.False:
                Byte(into, 0xc2);
                break;
            case JsonValueKind.Null:
                Byte(into, 0xc0);
                break;
            case JsonValueKind.Number when value.TryGetUInt64(out var positive):
                Unsigned(into, positive);
                break;
            case JsonValueKind.Number when value.TryGetInt64(out var negative):
                Negative(into, negative);
                break;
            default:
                throw new FormatException($"An action holds {value.GetRawText()}, which is no whole number; prices and sizes are sent as text.");
        }
    }

    /// <summary>Map and array headers: up to 15 elements in the type byte, else a 16-bit count.</summary>
    private static void Header(ArrayBufferWriter<byte> into, int count, byte small, byte wide)
    {
        if (count < 16)
        {
            Byte(into, (byte)(small | count));
            return;
        }

        Byte(into, wide);
        Big16(into, checked((ushort)count));
    }

    private static void Text(ArrayBufferWriter<byte> into, string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        if (length < 32)
        {
            Byte(into, (byte)(0xa0 | length));
        }
        else if (length <= byte.MaxValue)
        {
            Byte(into, 0xd9);
            Byte(into, (byte)length);
        }
        else
        {
            Byte(into, 0xda);
            Big16(into, checked((ushort)length));
        }

        into.Advance(Encoding.UTF8.GetBytes(text, into.GetSpan(length)));
    }

    private static void Unsigned(ArrayBufferWriter<byte> into, ulong value)
    {
        switch (value)
        {
            case < 0x80:
                Byte(into, (byte)value);
                break;
            case <= byte.MaxValue:
                Byte(into, 0xcc);
                Byte(into, (byte)value);
                break;
            case <= ushort.MaxValue:
                Byte(into, 0xcd);
                Big16(into, (ushort)value);
                break;
            case <= uint.MaxValue:
                Byte(into, 0xce);
                BinaryPrimitives.WriteUInt32BigEndian(into.GetSpan(4), (uint)value);
                into.Advance(4);
                break;
            default:
                Byte(into, 0xcf);
                BinaryPrimitives.WriteUInt64BigEndian(into.GetSpan(8), value);
                into.Advance(8);
                break;
        }
    }

    private static void Negative(ArrayBufferWriter<byte> into, long value)
    {
        switch (value)
        {
            case >= -32:
                Byte(into, (byte)value);
                break;
            case >= sbyte.MinValue:
                Byte(into, 0xd0);
                Byte(into, (byte)value);
                break;
            case >= short.MinValue:
                Byte(into, 0xd1);
                Big16(into, (ushort)value);
                break;
            case >= int.MinValue:
                Byte(into, 0xd2);
                BinaryPrimitives.WriteInt32BigEndian(into.GetSpan(4), (int)value);
                into.Advance(4);
                break;
            default:
                Byte(into, 0xd3);
                BinaryPrimitives.WriteInt64BigEndian(into.GetSpan(8), value);
                into.Advance(8);
                break;
        }
    }

    private static void Byte(ArrayBufferWriter<byte> into, byte value)
    {
        into.GetSpan(1)[0] = value;
        into.Advance(1);
    }

    private static void Big16(ArrayBufferWriter<byte> into, ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(into.GetSpan(2), value);
        into.Advance(2);
    }
}
