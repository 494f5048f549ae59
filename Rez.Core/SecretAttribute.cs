namespace Rez.Core;

/// <summary>Marks a setting whose value is never shown, logged or written down.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretAttribute : Attribute;
