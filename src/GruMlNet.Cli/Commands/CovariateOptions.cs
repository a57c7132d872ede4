using System.CommandLine;
using GruMlNet.Cli.Csv;
using GruMlNet.Data;

namespace GruMlNet.Cli.Commands;

/// <summary>The options that name the columns beside the values; for the long layout.</summary>
internal sealed class CovariateOptions
{
    private readonly Option<string[]> known = Columns("--known-cols", "covariates known beforehand, such as prices or weather forecasts; rows after the last value, with --label-col blank, give them for the steps to forecast");
    private readonly Option<string[]> past = Columns("--past-cols", "covariates known up to the last value only");
    private readonly Option<string[]> statics = Columns("--static-cols", "what describes a series as a whole: numbers, or categories where any field is text; for categories written in digits see --category-cols");
    private readonly Option<string[]> categories = Columns("--category-cols", "what describes a series as a whole and is a category even where it is written in digits, such as a number of a store");
    private readonly Option<string> holiday = new("--holiday-col") { Description = "column with the name of the holiday (or 1), blank (or 0) on other days; known beforehand", HelpName = "COLUMN" };
    private readonly Option<string> weight = new("--weight-col") { Description = "column that says how much a row counts in training; blank: 1", HelpName = "COLUMN" };
    private readonly Option<CalendarFeatures?> calendar = new("--calendar")
    {
        Description = $"parts of the time that are known covariates: {string.Join(", ", Enum.GetNames<CalendarFeatures>())}; default: chosen from the times",
        HelpName = "PART,…",
    };

    internal CovariateOptions()
    {
        calendar.CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            // Digits would pass for a combination of parts.
            if (!text.Any(char.IsAsciiDigit) && Enum.TryParse(text, ignoreCase: true, out CalendarFeatures features))
                return features;
            result.AddError($"--calendar must be one or more of {string.Join(", ", Enum.GetNames<CalendarFeatures>())}, with commas between, got '{text}'.");
            return null;
        };
    }

    internal void AddTo(Command command)
    {
        foreach (Option option in (Option[])[known, past, statics, categories, holiday, weight, calendar])
            command.Add(option);
    }

    /// <summary>As the options say, else as the model was trained.</summary>
    /// <exception cref="Failure">The layout has no such columns, or the model has learnt from others.</exception>
    internal FileFormat AddTo(FileFormat format, ParseResult parsed, FileFormat? trained)
    {
        if (format.Layout == Layout.Wide)
        {
            if (((Option[])[known, past, statics, categories, holiday, weight, calendar]).FirstOrDefault(option => parsed.GetResult(option) is not null) is { } given)
                throw new Failure($"{given.Name} is for the long layout: leave it out, or leave out --layout wide.", ExitCode.Usage);
            return format;
        }

        if (parsed.GetResult(calendar) is not null && parsed.GetValue(calendar) != CalendarFeatures.None && format.Time is null)
            throw new Failure("--calendar needs --time-col, the column with the times.", ExitCode.Usage);
        if (trained is not null && parsed.GetResult(calendar) is not null)
            throw new Failure("--calendar is for training: leave it out, the model knows its calendar.", ExitCode.Usage);
        return format with
        {
            Known = Chosen(known, trained?.Known),
            Past = Chosen(past, trained?.Past),
            Static = [.. Chosen(statics, trained?.Static.Except(trained.Category)), .. Chosen(categories, trained?.Category)],
            Category = Chosen(categories, trained?.Category),
            Holiday = trained is null ? parsed.GetValue(holiday) : parsed.GetValue(holiday) is { } name && trained.Holiday is null ? throw NotLearnt(holiday, name, "none") : parsed.GetValue(holiday) ?? trained.Holiday,
            // A forecast gives all rows the weight they have.
            Weight = trained is null ? parsed.GetValue(weight) : null,
            Calendar = parsed.GetValue(calendar),
        };

        IReadOnlyList<string> Chosen(Option<string[]> option, IEnumerable<string>? trainedWith)
        {
            string[]? learnt = trainedWith?.ToArray();
            string[]? names = parsed.GetValue(option);
            if (parsed.GetResult(option) is null || names is null)
                return learnt ?? [];
            if (learnt is not null && learnt.Length != names.Length)
                throw NotLearnt(option, string.Join(',', names), learnt.Length == 0 ? "none" : string.Join(',', learnt));
            return names;
        }
    }

    private static Failure NotLearnt(Option option, string got, string learnt)
        => new($"{option.Name} names {got}, but the model has learnt from {learnt}: give its columns in their order, or leave the option out where they have kept their names.", ExitCode.Usage);

    private static Option<string[]> Columns(string name, string description)
    {
        var option = new Option<string[]>(name) { Description = $"{description}; by name or number from 0", HelpName = "COLUMN,…" };
        option.CustomParser = result =>
        {
            string[] names = [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries))];
            if (names.Contains(""))
                result.AddError($"{name} has a blank name: give names of columns with commas between.");
            return names;
        };
        return option;
    }
}
