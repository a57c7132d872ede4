namespace GruMlNet.Data;

/// <summary>Numbers for the holidays of a text column: 0 for none (blank), then one for each kind. Kinds that are not told apart share the number after the last.</summary>
internal sealed class HolidayCodes
{
    /// <summary>Kinds of holidays that are told apart, by the order in which they first appear.</summary>
    private const int MaxKinds = 32;

    private readonly List<string> kinds;
    private readonly bool grows;

    private HolidayCodes(IEnumerable<string> kinds, bool grows) => (this.kinds, this.grows) = ([.. kinds], grows);

    internal IReadOnlyList<string> Kinds => kinds;

    /// <summary>The first holiday that was asked for and is not told apart; null where all are.</summary>
    internal string? Unknown { get; private set; }

    /// <summary>Learns new kinds as they come.</summary>
    internal static HolidayCodes Learning() => new([], grows: true);

    internal static HolidayCodes Known(IReadOnlyList<string> kinds) => new(kinds, grows: false);

    internal float CodeOf(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (text.IsEmpty)
            return 0;
        for (int i = 0; i < kinds.Count; i++)
        {
            if (text.SequenceEqual(kinds[i]))
                return i + 1;
        }

        if (!grows || kinds.Count == MaxKinds)
        {
            Unknown ??= text.ToString();
            return MaxKinds + 1;
        }

        kinds.Add(text.ToString());
        return kinds.Count;
    }
}
