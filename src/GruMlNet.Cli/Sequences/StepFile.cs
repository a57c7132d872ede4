using GruMlNet.Cli.Csv;

namespace GruMlNet.Cli.Sequences;

/// <summary>Reads CSV files with one row per sequence and step: the sequence's name, optionally the step's time and the class, and the values of the step.</summary>
internal static class StepFile
{
    private sealed class Building
    {
        internal string Label { get; set; } = "";

        internal List<(decimal Time, float[] Values)> Steps { get; } = [];
    }

    /// <exception cref="Failure">The file cannot be read, a column is missing, a field is not a number, or a sequence has two classes.</exception>
    internal static LabelledSequences Read(string path, string seriesColumn, string? labelColumn, string? timeColumn, IReadOnlyList<string>? valueColumns)
    {
        var building = new Dictionary<string, Building>(StringComparer.Ordinal);
        int series = -1;
        int? label = null, time = null;
        int[] values = [];
        string[] names = [];
        TimeText? times = null;
        foreach ((int line, string[] fields) in CsvReader.Read(path))
        {
            if (series < 0)
            {
                names = fields;
                series = Find(seriesColumn, "--series-col");
                label = labelColumn is null ? null : Find(labelColumn, "--label-col");
                time = timeColumn is null ? null : Find(timeColumn, "--time-col");
                values = valueColumns is { Count: > 0 } ? [.. valueColumns.Select(name => Find(name, "--value-cols"))]
                    : [.. Enumerable.Range(0, fields.Length).Where(i => i != series && i != label && i != time)];
                if (values.Length == 0)
                    throw new Failure($"'{path}' has no column with values besides those named in the options.");
                continue;
            }

            if (fields.Length != names.Length)
                throw new Failure($"'{path}', line {line} has {fields.Length} fields; {names.Length} were expected.");
            if (!building.TryGetValue(fields[series], out Building? one))
                building.Add(fields[series], one = new Building { Label = label is { } first ? fields[first] : "" });
            if (label is { } column && fields[column] != one.Label)
                throw new Failure($"'{path}', line {line}: sequence '{fields[series]}' is of class '{fields[column]}', but of class '{one.Label}' before. A sequence has one class.");
            one.Steps.Add((TimeOf(fields, line, one.Steps.Count), [.. values.Select(i => CsvNumber.Parse(fields[i], () => $"'{path}', line {line}, column '{names[i]}'"))]));
        }

        if (building.Count == 0)
            throw new Failure($"'{path}' has no rows after the line with the names of the columns.");
        return new LabelledSequences(Path.GetFileNameWithoutExtension(path), values.Length, [.. building.Select(Sequence)]);

        int Find(string name, string option)
        {
            int index = Array.IndexOf(names, name);
            return index >= 0 ? index : throw new Failure($"{option}: '{path}' has no column '{name}'. It has: {string.Join(", ", names.Select(one => $"'{one}'"))}.", ExitCode.Usage);
        }

        decimal TimeOf(string[] fields, int line, int position)
        {
            if (time is not { } column)
                return position;
            times ??= TimeText.Of(fields[column]);
            return times.Parse(fields[column]) ?? throw new Failure($"'{path}', line {line}, column '{timeColumn}': '{fields[column]}' is not {times.Expected}. Every row needs a time.");
        }
    }

    private static LabelledSequence Sequence(KeyValuePair<string, Building> building)
        => new() { Id = building.Key, Label = building.Value.Label, Features = [.. building.Value.Steps.OrderBy(step => step.Time).SelectMany(step => step.Values)] };
}
