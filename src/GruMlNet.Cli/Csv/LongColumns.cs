namespace GruMlNet.Cli.Csv;

/// <summary>Where the columns of a file in the long layout are, by number from 0; null for those that nobody asked for.</summary>
internal sealed record LongColumns(int Label, int? Time, int? Series, int[] Past, int[] Known, int[] Static, int? Holiday, int? Weight)
{
    /// <summary>All that have a role.</summary>
    internal IEnumerable<int> Used => ((int?[])[Label, Time, Series, Holiday, Weight]).OfType<int>().Concat(Past).Concat(Known).Concat(Static);

    /// <summary>Finds the columns in the first line of a file.</summary>
    /// <exception cref="Failure">A column is not there, or has two roles.</exception>
    internal static LongColumns Find(FileFormat format, string[] fields, bool isHeader, string path)
    {
        var roles = new Dictionary<int, string>();
        return new LongColumns(
            One("--label-col", format.Label ?? throw new Failure("--label-col is missing: name the column to forecast, or give --layout wide if each row is a series.", ExitCode.Usage))!.Value,
            One("--time-col", format.Time),
            One("--series-col", format.Series),
            All("--past-cols", format.Past),
            All("--known-cols", format.Known),
            All("--static-cols", format.Static),
            One("--holiday-col", format.Holiday),
            One("--weight-col", format.Weight));

        int[] All(string option, IReadOnlyList<string> names) => [.. names.Select(name => One(option, name)!.Value)];

        int? One(string option, string? name)
        {
            if (name is null)
                return null;
            int index = IndexOf(name, fields, isHeader, option, path);
            if (!roles.TryAdd(index, option))
                throw new Failure($"{roles[index]} and {option} both name the column '{name}': give each column one role.", ExitCode.Usage);
            return index;
        }
    }

    private static int IndexOf(string name, string[] columns, bool isHeader, string option, string path)
    {
        int index = isHeader ? Array.IndexOf(columns, name) : -1;
        if (index >= 0 && Array.LastIndexOf(columns, name) is var last && last > index)
            throw new Failure($"{option}: '{path}' has two columns '{name}', the fields {index} and {last}, counted from 0: rename one, or give the number of the one you mean.");
        if (index < 0 && !int.TryParse(name, out index))
            index = -1;
        if (index >= 0 && index < columns.Length)
            return index;
        string choice = isHeader ? $"It has: {string.Join(", ", columns.Select(column => $"'{column}'"))}." : $"It has no header, so give a number from 0 to {columns.Length - 1}.";
        throw new Failure($"{option}: '{path}' has no column '{name}'. {choice}");
    }
}
