using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using GruMlNet.Cli.Commands;

namespace GruMlNet.Cli;

internal static class CommandLine
{
    /// <summary>Runs one command. Results go to <paramref name="output"/>, progress and problems to <paramref name="error"/>.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    internal static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        var root = new Command("grumlnet", "Forecasts time series and classifies sequences. Everything is chosen from the data; every choice can be overridden.") { new HelpOption(), new VersionOption() };
        root.Add(new TrainCommand());
        root.Add(new ForecastCommand());
        root.Add(new BacktestCommand());
        root.Add(new EvaluateCommand());
        root.Add(new ClassifyCommand());
        root.Add(new InfoCommand());

        ParseResult parsed = root.Parse(args.Length == 0 ? ["--help"] : args);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
        {
            foreach (string problem in parsed.Errors.Select(problem => problem.Message))
                await error.WriteLineAsync(problem);
            await error.WriteLineAsync(parsed.CommandResult.Command == root ? "Try: grumlnet --help" : $"Try: grumlnet {Words(parsed.CommandResult)} --help");
            return ExitCode.Usage;
        }

        // As of a variable of a script that is not set.
        if (parsed.CommandResult.Children.OfType<OptionResult>().FirstOrDefault(option => option.Tokens.Any(token => token.Value.Length == 0)) is { } blank)
        {
            await error.WriteLineAsync($"{blank.Option.Name} is blank: give it a value, or leave it out.");
            return ExitCode.Usage;
        }

        try
        {
            // No timeout of the library: a command that is interrupted still writes the best model so far.
            return await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, cancellation);
        }
        catch (Failure failure)
        {
            await error.WriteLineAsync(failure.Message);
            return failure.ExitCode;
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("Stopped before there was any model: nothing was written.");
            return ExitCode.Interrupted;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or InvalidDataException
            && e.TargetSite?.DeclaringType?.Assembly == typeof(PanelForecaster).Assembly)
        {
            // The library's own messages are written for the user.
            await error.WriteLineAsync(e.Message);
            return ExitCode.Data;
        }
        catch (Exception e)
        {
            await error.WriteLineAsync($"This should not happen; please report it with the command and the lines below.{Environment.NewLine}{e}");
            return ExitCode.Unexpected;
        }
    }

    /// <summary>The words that lead to a command, without the program's name.</summary>
    private static string Words(CommandResult command)
        => command.Parent is CommandResult { Parent: not null } parent ? $"{Words(parent)} {command.Command.Name}" : command.Command.Name;
}
