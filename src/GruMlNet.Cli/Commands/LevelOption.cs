using System.CommandLine;
using System.Globalization;

namespace GruMlNet.Cli.Commands;

/// <summary>Confidence levels of the bounds, in percent as people say it.</summary>
internal sealed class LevelOption : Option<double[]>
{
    /// <param name="several">Whether there may be more than one.</param>
    internal LevelOption(bool several = false)
        : base("--level")
    {
        Description = "percentage of the actual values that shall lie between the bounds" + (several ? "; in the long layout there may be several, with commas between" : "");
        HelpName = several ? "PERCENT,…" : "PERCENT";
        DefaultValueFactory = _ => [95];
        CustomParser = result =>
        {
            List<double> levels = [];
            foreach (string text in result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries)))
            {
                if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double level) || level is not (>= 1 and < 100) || Fraction(level) >= 1)
                    result.AddError($"--level must be at least 1 and below 100, got '{text}': write 95 for 95 %.");
                else if (levels.Contains(level))
                    result.AddError($"--level has {text} twice: give each level once.");
                else
                    levels.Add(level);
            }

            if (!several && levels.Count > 1)
                result.AddError($"--level takes one level here, got {levels.Count}: scores are those of one pair of bounds.");
            return [.. levels];
        };
    }

    internal double[] Percent(ParseResult parsed) => parsed.GetValue(this)!;

    internal float[] Fractions(ParseResult parsed) => Array.ConvertAll(Percent(parsed), Fraction);

    /// <summary>The level where there is one.</summary>
    internal float Fraction(ParseResult parsed) => Fraction(Percent(parsed)[0]);

    private static float Fraction(double percent) => (float)(percent / 100);
}
