// A task's results as a table in Markdown, and into a README.
using System.Globalization;
using System.Text;
using GruMlNet.Engine;

namespace GruVersusLstm;

internal static class Table
{
    public static string Of(ComparisonTask task, IReadOnlyList<Result> results)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"**{task.Title}**: test {task.Unit}{(task.Classes ? " and accuracy" : "")}; target: validation {Figure(task.Target)} or less");
        text.AppendLine();
        text.AppendLine("| cell | units | parameters | seconds per epoch | epochs to target | seconds to target | best epoch | test |");
        text.AppendLine("|---|---|---|---|---|---|---|---|");
        foreach (var r in results)
            text.AppendLine(CultureInfo.InvariantCulture, $"| {Name(r.Cell)} | {r.Units} | {r.Parameters:N0} | {r.SecondsPerEpoch:F1} | {(r.EpochsToTarget is { } e ? $"{e}" : $"not in {task.Epochs}")} | {(r.SecondsToTarget is { } s ? $"{s:F0}" : "–")} | {r.BestEpoch} | **{Figure(r.Quality)}**{(r.Accuracy is { } a ? $", {a:P1}" : "")} |");
        return text.ToString();
    }

    /// <summary>Puts a table between a task's marks; null, to see beforehand whether there are any, leaves the file alone.</summary>
    public static void Replace(string path, string task, string? table)
    {
        string text = File.ReadAllText(path), begin = $"<!-- {task} -->\n", end = $"<!-- end {task} -->";
        var (from, to) = (text.IndexOf(begin, StringComparison.Ordinal), text.IndexOf(end, StringComparison.Ordinal));
        if (from < 0 || to < from) throw new IOException($"'{path}' has no place for '{task}': it needs the lines '{begin.Trim()}' and '{end}'.");
        if (table is not null) File.WriteAllText(path, text[..(from + begin.Length)] + table + text[to..]);
    }

    public static string Figure(double value) => Math.Abs(value) >= 0.01 ? value.ToString("F3", null) : value.ToString("0.0E+0", null);

    public static string Name(RecurrentCell cell) => cell switch { RecurrentCell.Gru => "GRU", RecurrentCell.Lstm => "LSTM", _ => "Elman" };
}
