using System.CommandLine;

namespace GruMlNet.Cli.Commands;

/// <summary>What all commands share: --quiet, and a screen to write to.</summary>
internal abstract class ToolCommand : Command
{
    private readonly Option<bool> quiet = new("--quiet", "-q") { Description = "write nothing but warnings and errors to the screen" };

    private protected ToolCommand(string name, string description)
        : base(name, description)
    {
        SetAction((parsed, cancellation) => Task.Run(() =>
        {
            InvocationConfiguration streams = parsed.InvocationConfiguration;
            return Run(parsed, new Screen(streams.Output, streams.Error, parsed.GetValue(quiet)), cancellation);
        }, CancellationToken.None));
    }

    private protected abstract int Run(ParseResult parsed, Screen screen, CancellationToken cancellation);

    /// <summary>To be called last, so that it stands last in the help.</summary>
    private protected void AddQuiet() => Add(quiet);

    /// <summary>The exit code of a command that wrote its results; says if they are those of an interrupted training.</summary>
    private protected static int Finished(PanelForecaster forecaster, Screen screen)
    {
        if (!forecaster.WasCancelled)
            return ExitCode.Done;
        screen.Warn("Training was interrupted: the results are those of the best model so far.");
        return ExitCode.Interrupted;
    }
}
