using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Rez.Core.Diary;

/// <summary>
/// Something that is about to happen or has happened. One closed hierarchy: every concrete record carries
/// <see cref="DiaryTypeAttribute"/>, and adding one is a change of one file. Never holds a secret.
/// </summary>
public abstract record DiaryFact;

/// <summary>Name of the type in the diary (<c>stream.what</c>) and version of its payload.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class DiaryTypeAttribute(string name, int version = 1) : Attribute
{
    public string Name { get; } = name;

    public int Version { get; } = version;
}

/// <summary>A type of the diary as the catalogue knows it.</summary>
public sealed record DiaryType(string Name, int Version, Type Clr)
{
    /// <summary>The part before the dot.</summary>
    public string Stream { get; } = Name[..Name.IndexOf('.', StringComparison.Ordinal)];
}

/// <summary>All fact types by name and by CLR type, and how payloads are written.</summary>
public static class DiaryTypes
{
    public static JsonSerializerOptions Json { get; } = Options();

    public static FrozenDictionary<string, DiaryType> ByName { get; } = Find().ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);

    private static FrozenDictionary<Type, DiaryType> ByClr { get; } = ByName.Values.ToFrozenDictionary(t => t.Clr);

    public static DiaryType Of(DiaryFact fact) => ByClr[fact.GetType()];

    /// <summary>Payload bytes: properties in declaration order, no white space, numbers as they are.</summary>
    public static byte[] Write(DiaryFact fact) => JsonSerializer.SerializeToUtf8Bytes(fact, fact.GetType(), Json);

    /// <summary>The fact of a stored payload, or why it can't be read (unknown type or newer version).</summary>
    public static Outcome<DiaryFact> Read(string type, int version, ReadOnlySpan<byte> payload)
    {
        if (!ByName.TryGetValue(type, out var known))
        {
            return new Rejection("unknown-event-type", $"This version of Rez does not know events of type '{type}'.");
        }

        if (version > known.Version)
        {
            return new Rejection("newer-event-version", $"'{type}' is of version {version}, this version of Rez reads up to {known.Version}.");
        }

        try
        {
            return (DiaryFact)JsonSerializer.Deserialize(payload, known.Clr, Json)!;
        }
        catch (JsonException e)
        {
            return new Rejection("unreadable-event", $"The payload of a '{type}' can't be read: {e.Message}");
        }
    }

    private static JsonSerializerOptions Options()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower), new RawJsonConverter(), new CloidConverter() },
        };
        options.MakeReadOnly();
        return options;
    }

    private static IEnumerable<DiaryType> Find() =>
        from type in typeof(DiaryFact).Assembly.GetTypes()
        where type.IsSubclassOf(typeof(DiaryFact)) && !type.IsAbstract
        let attribute = type.GetCustomAttribute<DiaryTypeAttribute>() ?? throw new InvalidOperationException($"{type.Name} lacks [DiaryType].")
        select new DiaryType(attribute.Name, attribute.Version, type);
}

/// <summary>JSON that is kept as the bytes it came in.</summary>
public readonly record struct RawJson(ReadOnlyMemory<byte> Utf8)
{
    public override string ToString() => System.Text.Encoding.UTF8.GetString(Utf8.Span);
}

internal sealed class RawJsonConverter : JsonConverter<RawJson>
{
    public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return new RawJson(System.Text.Encoding.UTF8.GetBytes(document.RootElement.GetRawText()));
    }

    public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);
}

internal sealed class CloidConverter : JsonConverter<Trading.Cloid>
{
    public override Trading.Cloid Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() is { } text && Trading.Cloid.IsValid(text) ? new Trading.Cloid(text) : throw new JsonException("Not a client order id.");

    public override void Write(Utf8JsonWriter writer, Trading.Cloid value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
