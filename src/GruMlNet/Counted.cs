using System.Globalization;

namespace GruMlNet;

/// <summary>Numbers of things in messages.</summary>
internal static class Counted
{
    /// <summary>"1 step", "2 steps".</summary>
    internal static string Of(long count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");
}
