// From the start of a process to its first trained epoch: what a user waits for.
using System.Diagnostics;
using System.Globalization;
using GruMlNet.Engine;

namespace GruMlNet.Peers;

internal static class FirstEpoch
{
    private const int Steps = 32;
    private static readonly TrainCase Case = new(RecurrentCell.Gru, B: 32, T: 48, I: 8, H: 64, Threads: 1);

    public static string Name => $"start gru B={Case.B} T={Case.T} I={Case.I} H={Case.H} threads={Case.Threads} steps={Steps}";

    /// <summary>Trains an epoch on one side and prints the milliseconds since the process started.</summary>
    public static int Run(string side)
    {
        var data = new CaseData(Case);
        if (side == "ours")
        {
            using var ours = new OurTraining(Case, data);
            for (var i = 0; i < Steps; i++) ours.Step();
        }
        else
        {
            if (TorchSide.Load() is { } problem)
            {
                Console.Error.WriteLine(problem);
                return 1;
            }
            using var torch = new TorchTraining(Case, data);
            for (var i = 0; i < Steps; i++) torch.Step();
        }
        Console.WriteLine((DateTime.Now - Process.GetCurrentProcess().StartTime).TotalMilliseconds.ToString("F1", CultureInfo.InvariantCulture));
        return 0;
    }

    /// <summary>Processes of both sides in turns; a line with the medians.</summary>
    public static void Compare(Report report, int processes)
    {
        double[] ours = new double[processes], torch = new double[processes];
        for (var i = 0; i < processes; i++) (ours[i], torch[i]) = (Time("ours"), Time("libtorch"));
        Array.Sort(ours);
        Array.Sort(torch);
        var (a, b) = (ours[processes / 2], torch[processes / 2]);
        report.Line($"{Name} ours_ms={a:F0} libtorch_ms={b:F0} ratio={b / a:F2}");
    }

    private static double Time(string side)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(FirstEpoch).Assembly.Location);
        start.ArgumentList.Add("--first-epoch");
        start.ArgumentList.Add(side);
        using var process = Process.Start(start) ?? throw new InvalidOperationException("The program could not start itself.");
        var line = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"The process for {side} ended with code {process.ExitCode}.");
        return double.Parse(line, CultureInfo.InvariantCulture);
    }
}
