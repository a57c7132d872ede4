// DNA that looks to a splicing cell as the real one does: random letters around the consensus of junctions.
namespace SpliceJunctions;

internal sealed class Junction
{
    /// <summary>EI: an exon ends here and an intron begins; IE: the other way round; N: neither.</summary>
    public string Kind { get; set; } = "";

    /// <summary>Sixty letters, the junction in the middle.</summary>
    public string Sequence { get; set; } = "";
}

internal static class MadeUpDna
{
    private const int Half = 30;

    // The consensus around junctions in vertebrates (Mount 1982): M is A or C, R is A or G, Y is C or T, N is any letter.
    private const string Donor = "MAGGTRAGT", Acceptor = "YYYYYYYYYYNCAGG";

    public static Junction[] Junctions(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i => Make((i % 4) switch { 0 => "EI", 1 => "IE", _ => "N" }, random))];
    }

    private static Junction Make(string kind, Random random)
    {
        var letters = new char[2 * Half];
        for (var i = 0; i < letters.Length; i++) letters[i] = "ACGT"[random.Next(4)];
        if (kind == "EI") Write(Donor, Half - 3, random, letters);
        else if (kind == "IE") Write(Acceptor, Half - 14, random, letters);
        // What is no junction has such places elsewhere, or half of one here.
        else if (random.Next(2) == 0) Write(random.Next(2) == 0 ? Donor : Acceptor, random.Next(3, 12), random, letters);
        else Write(random.Next(2) == 0 ? "GT" : "AG", random.Next(2) == 0 ? Half : Half - 2, random, letters);
        return new Junction { Kind = kind, Sequence = new string(letters) };
    }

    /// <summary>Each letter of the consensus is there in nine of ten cases; the two letters of the intron's end always are.</summary>
    private static void Write(string consensus, int from, Random random, char[] letters)
    {
        for (var i = 0; i < consensus.Length; i++)
        {
            var isFixed = consensus.Length == 2 || consensus == Donor && i is 3 or 4 || consensus == Acceptor && i is 12 or 13;
            if (isFixed || random.NextDouble() < 0.9) letters[from + i] = Letter(consensus[i], random);
        }
    }

    private static char Letter(char code, Random random) => code switch
    {
        'M' => "AC"[random.Next(2)],
        'R' => "AG"[random.Next(2)],
        'Y' => "CT"[random.Next(2)],
        'N' => "ACGT"[random.Next(4)],
        _ => code,
    };
}
