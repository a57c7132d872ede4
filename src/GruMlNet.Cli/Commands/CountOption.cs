using System.CommandLine;
using System.Globalization;

namespace GruMlNet.Cli.Commands;

/// <summary>An option with a whole number within a range.</summary>
internal sealed class CountOption : Option<int?>
{
    private const int LongestHorizon = 10_000;

    internal CountOption(string name, string description, int min, int max, params string[] aliases)
        : base(name, aliases)
    {
        Description = description;
        HelpName = "NUMBER";
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max)
                return value;
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} must be a whole number from {min} to {max}, got '{text}'."));
            return null;
        };
    }

    internal static CountOption Horizon(string description) => new("--horizon", description, 1, LongestHorizon);
}
