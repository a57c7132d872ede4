// Benchmarks of GruMlNet alone; README.md has the commands.
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using GruMlNet.Benchmarks;
using GruMlNet.Benchmarks.Accuracy;

switch (args)
{
    case ["scaling"]:
        Scaling.Run();
        break;
    case ["scaling", var what, var factor]: // one case, in a process of its own: the peak of memory is the process's
        Scaling.RunCase(what, int.Parse(factor, System.Globalization.CultureInfo.InvariantCulture));
        break;
    case ["panel", var count]:
        PanelCosts.Run(int.Parse(count, System.Globalization.CultureInfo.InvariantCulture));
        break;
    case ["mlnet"]:
        MlNetCosts.Run();
        break;
    case ["accuracy", .. var rest]:
        return AccuracyCommands.Run(rest);
    default:
        // In this process: a benchmark starts in a second, and an instruction set switched off for the program is off for the benchmark.
        var config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
        _ = BenchmarkSwitcher.FromAssembly(typeof(Scaling).Assembly).Run(args, config);
        break;
}
return 0;
