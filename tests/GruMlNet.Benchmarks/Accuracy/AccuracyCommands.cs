// accuracy ett | m4 | panel | all | encoding: what the model scores on files, beside the baselines.
using System.CommandLine;
using GruMlNet.Cli;
using GruMlNet.Cli.Commands;
using GruMlNet.Evaluation;

namespace GruMlNet.Benchmarks.Accuracy;

internal static class AccuracyCommands
{
    /// <summary>Runs one command; 0 if it went well, else 2 (the command line) or 3 (the data), with the reason on the error output.</summary>
    public static int Run(string[] args)
    {
        var root = new RootCommand("Scores the forecaster, and the encoder of sequences, with their defaults on files.") { Ett(), M4(), Panel(), All(), Encoding() };
        var parsed = root.Parse(args.Length == 0 ? ["--help"] : args);
        try
        {
            var code = parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
            return parsed.Errors.Count > 0 ? ExitCode.Usage : code;
        }
        catch (Failure failure)
        {
            Console.Error.WriteLine(failure.Message);
            return failure.ExitCode;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            Console.Error.WriteLine(e.Message);
            return ExitCode.Data;
        }
    }

    private static Command Ett()
    {
        var file = File("--file", "ETTh1.csv, ETTm2.csv … or another multivariate file: a first column with dates, or none, and one column per variable");
        var lookBack = new CountOption("--lookback", "steps that a forecast is made from", 1, 10_000) { Required = true };
        var horizon = Horizon();
        var seasonality = Seasonality("steps of a season; default: a day for files named ETT…, else found in the data");
        var training = new Training();
        var command = new Command("ett", "The protocol of the papers on long horizons: every window of the test part, every column, standardised by the training part.") { file, lookBack, horizon, seasonality };
        training.AddTo(command);
        command.SetAction(parsed => Console.WriteLine(LongHorizon.Read(parsed.GetValue(file)!, parsed.GetValue(seasonality))
            .Score(parsed.GetValue(lookBack)!.Value, parsed.GetValue(horizon)!.Value, training.Options(parsed)).Line));
        return command;
    }

    private static Command M4()
    {
        var train = File("--train", "one row per series, as M4's training files are");
        var test = new Option<string>("--test") { Description = "the values that follow; without it the end of the training file is held out", HelpName = "FILE" };
        var holdout = new CountOption("--holdout", "steps to forecast", 1, 10_000) { Required = true };
        var seasonality = Seasonality("steps of a season, for the model and the scaled scores; 1, the default, for none");
        var detect = new Option<bool>("--detect-season") { Description = "let the model find its season; the scores use --seasonality all the same" };
        var training = new Training();
        var command = new Command("m4", "OWA, sMAPE, MASE, MSIS and coverage on a file in M4's layout.") { train, test, holdout, seasonality, detect };
        training.AddTo(command);
        command.SetAction(parsed =>
        {
            var (path, horizon, season) = (parsed.GetValue(train)!, parsed.GetValue(holdout)!.Value, parsed.GetValue(seasonality) ?? 1);
            var (name, series) = (Path.GetFileNameWithoutExtension(path), DataOptions.Read(path, SharedSets.Wide).Series);
            var holdOut = parsed.GetValue(test) is { } testPath
                ? SharedSets.Appended(name, series, DataOptions.Read(testPath, SharedSets.Wide).Series, horizon, season)
                : new HoldOut(name, series, new RollingOrigin(horizon, 1, 1), season);
            var options = training.Options(parsed);
            options.Seasonality = parsed.GetValue(detect) ? null : season;
            Console.WriteLine(holdOut.Score(options).Line);
        });
        return command;
    }

    private static Command Panel()
    {
        var data = new DataOptions("--file", "CSV file with the series");
        var horizon = Horizon();
        var windows = new CountOption("--windows", "origins to forecast from; 1 by default", 1, 10_000);
        var stride = new CountOption("--stride", "steps from one origin to the next; default: the horizon", 1, 10_000);
        var seasonality = Seasonality("steps of a season, for the model and the scaled scores; default: from the times, else found in the data");
        var training = new Training();
        var command = new Command("panel", "The same on any file, with the last horizons held out.") { horizon, windows, stride, seasonality };
        data.AddTo(command);
        training.AddTo(command);
        command.SetAction(parsed =>
        {
            var panel = data.Read(parsed, data.Format(parsed));
            var steps = parsed.GetValue(horizon)!.Value;
            var season = parsed.GetValue(seasonality) ?? panel.Times?.Clock.SeasonalityHint ?? SeasonDetector.Detect([.. panel.Series.Select(s => s.Values)]);
            var options = training.Options(parsed);
            options.Seasonality = season;
            Console.WriteLine(new HoldOut(Path.GetFileNameWithoutExtension(data.Input(parsed)), panel.Series, new RollingOrigin(steps, parsed.GetValue(windows) ?? 1, parsed.GetValue(stride) ?? steps), season).Score(options).Line);
        });
        return command;
    }

    private static Command Encoding()
    {
        var train = File("--train", ".ts file of the UCR/UEA archive to learn from");
        var test = File("--test", ".ts file to judge by");
        var seeds = new CountOption("--seeds", "how many seeds to average over; 3 by default", 1, 100);
        var command = new Command("encoding", "What encodings that were learnt without labels tell about the classes.") { train, test, seeds };
        command.SetAction(parsed =>
        {
            foreach (var line in EncodingScore.Lines(parsed.GetValue(train)!, parsed.GetValue(test)!, parsed.GetValue(seeds) ?? 3)) Console.WriteLine(line);
        });
        return command;
    }

    private static Command All()
    {
        var shared = new Option<string>("--shared") { Description = "folder with data/forecast in it", HelpName = "DIR", Required = true };
        var only = new Option<string[]>("--only") { Description = "sets whose names start with one of these", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
        var training = new Training();
        var command = new Command("all", "A table of all sets in a folder.") { shared, only };
        training.AddTo(command);
        command.SetAction(parsed =>
        {
            var sets = new SharedSets(parsed.GetValue(shared)!);
            var chosen = parsed.GetValue(only) ?? [];
            Console.WriteLine(PanelScore.Header);
            foreach (var set in sets.Panels().Where(s => IsChosen(s.Name)))
            {
                var options = training.Options(parsed);
                var holdOut = set.Read();
                options.Seasonality = holdOut.Seasonality;
                Console.WriteLine(holdOut.Score(options).Row);
            }
            Console.WriteLine();
            Console.WriteLine(LongHorizonScore.Header);
            foreach (var set in sets.LongHorizons().Where(s => IsChosen(s.Name)))
                Console.WriteLine(set.Read().Score(set.LookBack, set.Horizon, training.Options(parsed)).Row);

            bool IsChosen(string name) => chosen.Length == 0 || Array.Exists(chosen, c => name.StartsWith(c, StringComparison.OrdinalIgnoreCase));
        });
        return command;
    }

    private static Option<string> File(string name, string description) => new(name) { Description = description, HelpName = "FILE", Required = true };

    private static CountOption Horizon() => new("--horizon", "steps to forecast", 1, 10_000) { Required = true };

    private static CountOption Seasonality(string description) => new("--seasonality", description, 1, 10_000, "-m");

    /// <summary>What may be said about the training; nothing else but the season is ever set, so that the defaults are what is scored.</summary>
    private sealed class Training
    {
        private readonly CountOption _seed = new("--seed", "1 by default", 0, int.MaxValue);
        private readonly Option<TrainingBudget> _budget = new("--budget") { Description = "fast, default or thorough", HelpName = "BUDGET", DefaultValueFactory = _ => TrainingBudget.Default };
        private readonly CountOption _threads = new("--threads", "one per processor by default", 1, 1024);
        private readonly Option<bool> _log = new("--log") { Description = "also show what the model chooses" };

        public void AddTo(Command command)
        {
            foreach (var option in (Option[])[_seed, _budget, _threads, _log]) command.Add(option);
        }

        public GruForecastModelOptions Options(ParseResult parsed) => new()
        {
            Seed = parsed.GetValue(_seed) ?? 1,
            Budget = parsed.GetValue(_budget),
            Threads = parsed.GetValue(_threads),
            Log = parsed.GetValue(_log) ? line => Console.Error.WriteLine("    " + line) : null,
        };
    }
}
