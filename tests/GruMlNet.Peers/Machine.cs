// What the numbers were measured on.
using System.Runtime.InteropServices;
using GruMlNet.Engine.Kernels;

namespace GruMlNet.Peers;

internal static class Machine
{
    /// <summary>The processor's own name, where the system tells it; family and model with it, for some names are vague.</summary>
    public static string Cpu
    {
        get
        {
            const string Information = "/proc/cpuinfo";
            if (!File.Exists(Information)) return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
            var values = File.ReadLines(Information).TakeWhile(line => line.Length > 0).Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
                .Where(pair => pair.Length == 2).ToLookup(pair => pair[0], pair => pair[1]);
            return values["model name"].FirstOrDefault() is { } name
                ? $"{name} (family {values["cpu family"].FirstOrDefault()}, model {values["model"].FirstOrDefault()})"
                : RuntimeInformation.ProcessArchitecture.ToString();
        }
    }

    public static string Description =>
        $"{Cpu}, {Environment.ProcessorCount} processors, {32 * MatMul.VectorWidth}-bit vectors; {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}";

    /// <summary>Processes that wanted to run in the last minute, where the system tells: much more than 0 before a run means noisy numbers.</summary>
    public static string Load
    {
        get
        {
            const string Averages = "/proc/loadavg";
            return File.Exists(Averages) ? File.ReadAllText(Averages).Split(' ')[0] : "unknown";
        }
    }

    /// <summary>The processor's name as the name of a folder.</summary>
    public static string CpuFolder
    {
        get
        {
            var letters = Cpu.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-').ToArray();
            return string.Join('-', new string(letters).Split('-', StringSplitOptions.RemoveEmptyEntries));
        }
    }
}
