using Spectre.Console;

namespace GruMlNet.Cli;

/// <summary>What the user sees: tables on the standard output; notes, progress and warnings on the standard error. Nothing but errors when quiet.</summary>
internal sealed class Screen(TextWriter output, TextWriter error, bool quiet)
{
    private readonly IAnsiConsole notes = Console(error);

    internal void Note(string text)
    {
        if (!quiet)
            notes.WriteLine(text, new Style(Color.Grey));
    }

    /// <summary>Is shown even when quiet: results are not what was asked for.</summary>
    internal void Warn(string text) => notes.WriteLine(text, new Style(Color.Yellow));

    /// <summary>Names in the first column, numbers in the others.</summary>
    internal void Table(string title, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
        => Table(title, columns, rows, Justify.Right);

    /// <summary>A name and what there is to say about it, row by row.</summary>
    internal void List(string title, IEnumerable<IReadOnlyList<string>> rows) => Table(title, ["", ""], rows, Justify.Left);

    private void Table(string title, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows, Justify justify)
    {
        if (quiet)
            return;
        var table = new Table { ShowHeaders = columns.Any(column => column.Length > 0), Border = TableBorder.Simple, Title = new TableTitle(Markup.Escape(title)) };
        for (int i = 0; i < columns.Count; i++)
        {
            var column = new TableColumn(Markup.Escape(columns[i]));
            if (i > 0)
                column.Alignment = justify;
            _ = table.AddColumn(column);
        }

        foreach (IReadOnlyList<string> row in rows)
            _ = table.AddRow([.. row.Select(Markup.Escape)]);
        Console(output).Write(table);
    }

    /// <summary>Runs something long with a bar, where somebody is watching.</summary>
    internal T Progress<T>(string title, Func<Action<double, string>, T> run)
    {
        if (quiet || !notes.Profile.Capabilities.Interactive || !notes.Profile.Capabilities.Ansi)
            return run((_, _) => { });
        return notes.Progress().AutoClear(true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()).Start(context =>
        {
            ProgressTask task = context.AddTask(Markup.Escape(title), maxValue: 1);
            return run((fraction, text) =>
            {
                task.Description = Markup.Escape(text);
                task.Value = fraction;
            });
        });
    }

    private static IAnsiConsole Console(TextWriter writer)
    {
        var target = new AnsiConsoleOutput(writer);
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = target, Ansi = target.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No });
        // A file or a pipe has no width: lines must not be broken.
        if (!target.IsTerminal)
            console.Profile.Width = 500;
        return console;
    }
}
