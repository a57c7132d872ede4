// Starts a program that lies beside the tests in a process of its own.

using System.Diagnostics;

namespace GruMlNet.Tests.Support;

internal static class ChildProcess
{
    private static readonly string FreshProcess = Path.Combine(AppContext.BaseDirectory, "GruMlNet.FreshProcess.dll");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Runs `dotnet` with the arguments and returns what it wrote; any exit code but 0 fails the test with both streams.</summary>
    public static string Run(string workingDirectory, params string[] arguments)
    {
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"The child process was still running after {Patience}: {string.Join(' ', arguments)}");
        }
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"Exit code {process.ExitCode} of {string.Join(' ', arguments)}\n{output.Result}\n{errors.Result}");
        return output.Result;
    }

    /// <summary>Loads, transforms and saves again in a process that has never touched a GruMlNet type.</summary>
    public static string LoadInFreshProcess(string model, string data, string output, string resaved)
    {
        return Run(Path.GetDirectoryName(model)!, "exec", FreshProcess, "load", model, data, output, resaved);
    }

    /// <summary>Trains a tiny forecaster in another process: face is series, time or window.</summary>
    public static void FitInFreshProcess(string face, string data, string model)
    {
        _ = Run(Path.GetDirectoryName(model)!, "exec", FreshProcess, "fit", face, data, model);
    }
}
