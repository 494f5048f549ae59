using System.Diagnostics.CodeAnalysis;

namespace Rez.Core;

/// <summary>An expected failure: a stable code for machines and a sentence for people. Never holds a secret.</summary>
/// <param name="Code">Stable, kebab-case reason code, for example <c>candle-gap</c>.</param>
/// <param name="Message">One clear sentence that names what and where.</param>
public readonly record struct Rejection(string Code, string Message)
{
    public override string ToString() => $"{Code}: {Message}";
}

/// <summary>Either a value or the reason why there is none. Exceptions are kept for bugs and broken environments.</summary>
public readonly struct Outcome<T>
{
    private readonly T? _value;

    /// <summary>An outcome with a value; needed by name where <typeparamref name="T"/> is an interface.</summary>
    public Outcome(T value)
    {
        _value = value;
        Ok = true;
        Rejection = default;
    }

    private Outcome(Rejection rejection)
    {
        _value = default;
        Ok = false;
        Rejection = rejection;
    }

    [MemberNotNullWhen(true, nameof(Value))]
    public bool Ok { get; }

    /// <summary>Why there is no value; meaningful only when <see cref="Ok"/> is false.</summary>
    public Rejection Rejection { get; }

    /// <summary>The value. Reading it from a failed outcome is a bug and throws.</summary>
    public T Value => Ok ? _value! : throw new InvalidOperationException($"No value: {Rejection}");

    public static implicit operator Outcome<T>(T value) => new(value);

    public static implicit operator Outcome<T>(Rejection rejection) => new(rejection);
}
