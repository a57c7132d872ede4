// The commands that the README shows are run as they stand there, one after the other, on the file that lies in samples.

using System.Reflection;

namespace GruMlNet.Cli.Tests;

public sealed class ReadmeTests
{
    private const string DataFile = "airline-passengers.csv";

    [Fact]
    public void Commands_InTheirOrder_Succeed()
    {
        string root = Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!;
        string[] commands = [.. File.ReadLines(Path.Combine(root, "README.md")).Select(line => line.Trim()).Where(line => line.StartsWith("grumlnet ", StringComparison.Ordinal))];
        Assert.True(commands.Length >= 6, $"{commands.Length} commands");

        using Tool tool = new();
        File.Copy(Path.Combine(root, "samples", "QuickStart", DataFile), tool[DataFile]);
        foreach (string command in commands)
        {
            // The words that name files are those with a dot, and the folder for code.
            IEnumerable<string> words = command.Split(' ').Skip(1).Select(word => word.Contains('.', StringComparison.Ordinal) || word == "AirlineForecast" ? $"@{word}" : word);
            _ = tool.RunWell(string.Join(' ', words));
        }

        Assert.Equal(13, tool.Lines("next-year.csv").Length);
        Assert.StartsWith("1961-01-01,", tool.Lines("next-year.csv")[1], StringComparison.Ordinal);
        Assert.Equal(["airline-passengers.csv", "airline.zip", "half-year.csv", "next-year.csv", "next-year.png"], tool.FileNames);
    }
}
