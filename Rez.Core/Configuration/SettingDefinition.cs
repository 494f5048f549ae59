using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace Rez.Core.Configuration;

/// <summary>One key as the code knows it.</summary>
/// <param name="Key">For example <c>Risk:MaxLeverage</c>.</param>
/// <param name="Expectation">What a value must be, in words.</param>
/// <param name="Default">Default in text form.</param>
public sealed record SettingDefinition(string Key, string Description, string Expectation, string Default, bool IsSecret, bool IsList, PropertyInfo Property)
{
    /// <summary>Every key, in the order of the options classes.</summary>
    public static ImmutableArray<SettingDefinition> All { get; } = [.. Walk(typeof(RezOptions), new RezOptions(), string.Empty)];

    public static SettingDefinition? Find(string key) =>
        All.FirstOrDefault(d => string.Equals(d.Key, key, StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads a value of the key's type; false when it does not meet the expectation.</summary>
    public bool TryRead(string text, out object? value)
    {
        value = null;
        var type = Property.PropertyType;
        if (type == typeof(string))
        {
            value = text;
        }
        else if (type == typeof(string[]))
        {
            value = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        }
        else if (type == typeof(bool))
        {
            value = bool.TryParse(text, out var b) ? b : null;
        }
        else if (type == typeof(int))
        {
            value = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var i) ? i : null;
        }
        else if (type == typeof(ulong))
        {
            value = ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var u) ? u : null;
        }
        else if (type == typeof(decimal))
        {
            value = decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var d) ? d : null;
        }
        else if (type.IsEnum)
        {
            value = !char.IsAsciiDigit(text.FirstOrDefault('0')) && Enum.TryParse(type, text, ignoreCase: true, out var e) ? e : null;
        }

        return value is not null && InRange(value);
    }

    private bool InRange(object value)
    {
        if (Property.GetCustomAttribute<MinLengthAttribute>() is { } least)
        {
            return value is string s ? s.Trim().Length >= least.Length : ((string[])value).Length >= least.Length;
        }

        if (Property.GetCustomAttribute<RangeAttribute>() is { } range)
        {
            var number = Convert.ToDecimal(value, CultureInfo.InvariantCulture);
            return number >= Convert.ToDecimal(range.Minimum, CultureInfo.InvariantCulture) && number <= Convert.ToDecimal(range.Maximum, CultureInfo.InvariantCulture);
        }

        return true;
    }

    /// <summary>The value in force; of a secret only whether there is one.</summary>
    public string ValueIn(RezOptions options)
    {
        var written = Written(RawIn(options));
        return !IsSecret ? written : written.Length > 0 ? "set" : "not set";
    }

    /// <summary>The value itself, also of a secret: never to be shown.</summary>
    internal object? RawIn(RezOptions options) => Property.GetValue(Holder(options));

    internal void Put(RezOptions options, object? value) => Property.SetValue(Holder(options), value);

    private object Holder(RezOptions options)
    {
        object holder = options;
        foreach (var part in Key.Split(':').SkipLast(1))
        {
            holder = holder.GetType().GetProperty(part)!.GetValue(holder)!;
        }

        return holder;
    }

    /// <summary>As people write it: a list with blanks between its entries.</summary>
    private static string Written(object? value) => value is string[] list ? string.Join(' ', list) : Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty;

    private static IEnumerable<SettingDefinition> Walk(Type type, object defaults, string prefix)
    {
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var value = property.GetValue(defaults);
            if (property.GetCustomAttribute<DescriptionAttribute>() is { } description)
            {
                yield return new SettingDefinition(
                    prefix + property.Name,
                    description.Description,
                    Expected(property),
                    Written(value),
                    property.GetCustomAttribute<SecretAttribute>() is not null,
                    property.PropertyType == typeof(string[]),
                    property);
            }
            else
            {
                foreach (var inner in Walk(property.PropertyType, value!, prefix + property.Name + ":"))
                {
                    yield return inner;
                }
            }
        }
    }

    private static string Expected(PropertyInfo property)
    {
        var type = property.PropertyType;
        var range = property.GetCustomAttribute<RangeAttribute>();
        var between = range is null ? string.Empty : $" from {range.Minimum} to {range.Maximum}";
        return type == typeof(bool) ? "true or false"
            : type == typeof(int) ? "a whole number" + between
            : type == typeof(ulong) ? "a whole number from 0"
            : type == typeof(decimal) ? "a number" + between
            : type.IsEnum ? "one of " + string.Join(", ", Enum.GetNames(type).Select(n => n.ToLowerInvariant()))
            : type == typeof(string[]) ? property.GetCustomAttribute<MinLengthAttribute>() is null ? "a list, which may be empty" : "a list with at least one entry"
            : property.GetCustomAttribute<MinLengthAttribute>() is not null ? "a text that is not empty"
            : "a text";
    }
}
