using System.CommandLine;
using System.Globalization;

namespace GruMlNet.Cli.Commands;

/// <summary>The confidence level of the bounds, in percent as people say it.</summary>
internal sealed class LevelOption : Option<double>
{
    internal LevelOption()
        : base("--level")
    {
        Description = "percentage of the actual values that shall lie between the bounds";
        HelpName = "PERCENT";
        DefaultValueFactory = _ => 95;
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double level) && level is >= 1 and < 100)
                return level;
            result.AddError($"--level must be at least 1 and below 100, got '{text}': write 95 for 95 %.");
            return 0;
        };
    }

    internal float Fraction(ParseResult parsed) => (float)(parsed.GetValue(this) / 100);
}
