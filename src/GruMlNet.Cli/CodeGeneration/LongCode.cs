using System.Globalization;
using System.Text;
using GruMlNet.Cli.Csv;
using GruMlNet.Data;

namespace GruMlNet.Cli.CodeGeneration;

/// <summary>What the templates for the long layout need to know of its columns: properties, how they are read from a row, and which option names them.</summary>
internal sealed class LongCode
{
    /// <summary>Names that the templates use themselves.</summary>
    private static readonly string[] Taken = ["Step", "Forecast", "Lower", "Upper", "Actual", "History"];

    private readonly List<(string Type, string Name, string Expression)> properties = [];
    private readonly HashSet<string> names = new(Taken, StringComparer.Ordinal);
    private readonly Func<string, int> indexOf;
    private readonly StringBuilder columns = new();
    private readonly string label;
    private readonly string? time, series;
    private readonly string timeType;
    private readonly bool knowsFuture, writesTime;

    /// <param name="format">The columns.</param>
    /// <param name="panel">What was found in them.</param>
    /// <param name="indexOf">The place of a column in a row.</param>
    internal LongCode(FileFormat format, Panel panel, Func<string, int> indexOf)
    {
        this.indexOf = indexOf;
        CovariateLayout layout = panel.Layout;
        SeriesClock clock = panel.Times?.Clock ?? SeriesClock.None;
        (knowsFuture, writesTime, timeType) = (format.Inputs.HasFuture, clock.Unit != ClockUnit.Rows, clock.IsDate ? "DateTime" : "double");
        series = format.Series is null ? null : Text(format.Series);
        IReadOnlyList<string> exact = panel.Times?.Written.Exact ?? [];
        string parse = exact.Count == 0 ? "DateTime.Parse({0}, " : $"DateTime.ParseExact({{0}}, (string[])[{string.Join(", ", exact.Select(one => $"\"{one}\""))}], ";
        time = format.Time is null ? null : Add(timeType, format.Time, clock.IsDate
            ? parse + "CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal)"
            : "double.Parse({0}, CultureInfo.InvariantCulture)");
        label = Number(format.Label!);
        Option("SeriesColumnName", series);
        Option("TimeColumnName", time);
        Options("KnownColumns", [.. format.Known.Select(name => Number(name))]);
        Options("PastColumns", [.. format.Past.Select(name => Number(name))]);
        Options("StaticColumns", [.. format.Static.Select((name, i) => layout.StaticIsNumber[i] ? Number(name) : Text(name))]);
        Option("HolidayColumnName", format.Holiday is null ? null : layout.HolidayKinds!.Count > 0 ? Text(format.Holiday) : Number(format.Holiday, missing: 0));
        Option("WeightColumnName", format.Weight is null ? null : Number(format.Weight, missing: 1));
        if (format.Calendar is { } calendar)
            Line($"CalendarFeatures = {string.Join(" | ", calendar.ToString().Split(", ").Select(part => $"CalendarFeatures.{part}"))},");
    }

    /// <summary>The values of the templates' places.</summary>
    internal IEnumerable<(string Place, string Value)> Values =>
    [
        ("Label", label),
        ("KnowsFuture", knowsFuture ? "true" : "false"),
        ("Columns", columns.ToString()),
        ("SeriesKey", series is null ? "\"\"" : $"row.{series}"),
        ("OutputKey", series is null ? "\"\"" : $"step.{series}"),
        ("InOrder", time is null ? "series" : $"series.OrderBy(row => row.{time})"),
        ("EvaluateSeries", series is null ? "" : $", nameof(EvaluationRow.{series})"),
        ("KnownDoc", knowsFuture ? $" Rows after the last value of a series, in which <see cref=\"ModelInput.{label}\"/> is NaN, say what is known of these steps." : ""),
        ("Inputs", string.Join("\n", properties.Select(one => Property(one.Type, one.Name)))),
        ("Fields", Lines(properties.Select(one => $"{one.Name} = {one.Expression},"))),
        ("Copies", Lines(properties.Select(one => $"{one.Name} = {(one.Name == label ? "float.NaN" : $"row.{one.Name}")},"))),
        ("OutputSeries", series is null ? "" : $"{Property("string", series)}\n"),
        ("Outputs", (series is null ? "" : $"{Property("string", series)}\n") + (time is null || !writesTime ? "" : $"{Property(timeType, time)}\n")),
    ];

    private static string Property(string type, string name) => $"        public {type} {name} {{ get; set; }}{(type == "string" ? " = \"\";" : "")}\n";

    private static string Lines(IEnumerable<string> lines) => string.Concat(lines.Select(line => $"            {line}\n"));

    private string Text(string column) => Add("string", column, "{0}");

    private string Number(string column, int? missing = null) => Add("float", column, missing is { } value ? $"Number({{0}}, missing: {value})" : "Number({0})");

    /// <summary>Adds a property for a column of the file, under a name that is free.</summary>
    private string Add(string type, string column, string expression)
    {
        string name = GeneratedCode.Identifier(column, "Column");
        while (!names.Add(name))
            name += "Column";
        properties.Add((type, name, string.Format(CultureInfo.InvariantCulture, expression, $"fields[{indexOf(column).ToString(CultureInfo.InvariantCulture)}]")));
        return name;
    }

    private void Option(string option, string? name)
    {
        if (name is not null)
            Line($"{option} = nameof(ModelInput.{name}),");
    }

    private void Options(string option, IReadOnlyList<string> listed)
    {
        if (listed.Count > 0)
            Line($"{option} = [{string.Join(", ", listed.Select(name => $"nameof(ModelInput.{name})"))}],");
    }

    private void Line(string text) => columns.Append("            ").Append(text).Append('\n');
}
