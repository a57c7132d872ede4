using System.Globalization;

namespace GruMlNet.Cli.Sequences;

/// <summary>
/// Reads the .ts format of the UCR/UEA archive of time series: header lines with @, comments with #, then after @data one case per line: channels
/// separated by colons, values by commas, the class last. Channels of one case may differ in length, a missing value is a question mark.
/// </summary>
internal static class TsFile
{
    /// <exception cref="Failure">The file is missing or not in that format; the message names the line.</exception>
    internal static LabelledSequences Read(string path)
    {
        string name = ProblemName(Path.GetFileNameWithoutExtension(path));
        bool hasLabels = true, inData = false;
        int channels = 0, line = 0;
        List<LabelledSequence> sequences = [];
        foreach (string text in Lines(path))
        {
            line++;
            if (text.Length == 0 || text[0] is '#' or '%')
                continue;
            if (inData)
                sequences.Add(Case(text, hasLabels, ref channels, sequences.Count + 1, () => $"'{path}', line {line}"));
            else if (text[0] != '@')
                throw new Failure($"'{path}', line {line} comes before @data, but does not start with '@': is this a .ts file of the UCR/UEA archive?");
            else
                Header(text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), $"'{path}', line {line}", ref name, ref hasLabels, ref inData);
        }

        if (sequences.Count == 0)
            throw new Failure($"'{path}' has no cases{(inData ? " after @data" : ": there is no @data line")}.");
        return new LabelledSequences(name, channels, sequences);
    }

    private static void Header(string[] words, string where, ref string name, ref bool hasLabels, ref bool inData)
    {
        switch (words[0].ToUpperInvariant())
        {
            case "@DATA":
                inData = true;
                break;
            case "@PROBLEMNAME" when words.Length > 1:
                name = words[1];
                break;
            case "@CLASSLABEL" when words.Length > 1:
                hasLabels = IsTrue(words[1]);
                break;
            case "@TIMESTAMPS" when words.Length > 1 && IsTrue(words[1]):
                throw new Failure($"{where}: cases with time stamps cannot be read; the steps must be equally spaced, with '?' where a value is missing.");
            case "@TARGETLABEL" when words.Length > 1 && IsTrue(words[1]):
                throw new Failure($"{where}: this file is for regression, and classify needs classes.");
        }
    }

    private static LabelledSequence Case(string text, bool hasLabels, ref int channels, int number, Func<string> where)
    {
        string[] parts = text.Split(':');
        int count = parts.Length - (hasLabels ? 1 : 0);
        if (count < 1)
            throw new Failure($"{where()}: a case needs values, a colon and its class.");
        if (channels == 0)
            channels = count;
        if (count != channels)
            throw new Failure($"{where()} has {count} channels, the cases before have {channels}.");
        float[][] values = [.. parts.Take(count).Select(part => Values(part, where))];
        int F = count, steps = values.Max(channel => channel.Length);
        var features = new float[steps * F];
        Array.Fill(features, float.NaN);
        for (int f = 0; f < F; f++)
        {
            for (int t = 0; t < values[f].Length; t++)
                features[t * F + f] = values[f][t];
        }

        return new LabelledSequence { Id = number.ToString(CultureInfo.InvariantCulture), Label = hasLabels ? parts[^1].Trim() : "", Features = features };
    }

    private static float[] Values(string channel, Func<string> where)
        => string.IsNullOrWhiteSpace(channel) ? [] : [.. channel.Split(',').Select(field => Csv.CsvNumber.Parse(field.Trim(), where))];

    private static bool IsTrue(string word) => word.Equals("true", StringComparison.OrdinalIgnoreCase);

    private static string ProblemName(string file)
        => file.EndsWith("_TRAIN", StringComparison.OrdinalIgnoreCase) ? file[..^6] : file.EndsWith("_TEST", StringComparison.OrdinalIgnoreCase) ? file[..^5] : file;

    private static IEnumerable<string> Lines(string path)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new Failure($"There is no file '{path}'. Check the name; relative names start from '{Environment.CurrentDirectory}'.", inner: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Failure($"'{path}' cannot be read: {e.Message}", inner: e);
        }

        return lines.Select(line => line.Trim());
    }
}
