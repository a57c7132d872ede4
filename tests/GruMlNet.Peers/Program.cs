// Times GruMlNet beside native stacks: libtorch for training, ONNX Runtime for inference; in one process, in turns.
// It also starts itself anew, to time how soon a fresh process has trained its first epoch (--first-epoch ours|libtorch, for its own use).
// --quick: fewer repeats; --save: also writes Results/<cpu>/; --only TEXT: only lines that contain the text.
using System.Diagnostics;
using GruMlNet.Engine;
using GruMlNet.Peers;

var only = "";
bool quick = false, save = false;
for (var i = 0; i < args.Length; i++)
{
    if (args[i] == "--quick") quick = true;
    else if (args[i] == "--save") save = true;
    else if (args[i] == "--first-epoch" && i + 1 < args.Length) return FirstEpoch.Run(args[++i]);
    else if (args[i] == "--only" && i + 1 < args.Length) only = args[++i];
    else
    {
        Console.Error.WriteLine($"Unknown argument '{args[i]}'. Known: --quick, --save, --only TEXT.");
        return 2;
    }
}

var report = new Report();
var warm = new HashSet<string>();
var alternation = quick ? new Alternation(TimeSpan.FromSeconds(0.15), fewestBursts: 2) : new Alternation(TimeSpan.FromSeconds(2), fewestBursts: 5);
string? torchProblem = TorchSide.Load(), onnxProblem = OnnxSide.Load();
report.Line($"machine {Machine.Description}; load {Machine.Load}");
report.Line($"ours GruMlNet.Engine {typeof(RecurrentCell).Assembly.GetName().Version}, {OurSide.Threading}");
report.Line($"peers {(torchProblem is null ? TorchSide.Version : "no libtorch")}; {(onnxProblem is null ? OnnxSide.Version : "no ONNX Runtime")}");
var peak = Cases.Training.Select(c => c.Threads).Distinct().ToDictionary(threads => threads, FmaPeak.Measure);
foreach (var (threads, flops) in peak) report.Line($"peak threads={threads} gflops={flops / 1e9:F1}");

if (torchProblem is null) foreach (var c in Cases.Training.Where(c => Wanted(c, c.Name))) Train(c);
else report.Skip("training against libtorch", torchProblem);
if (torchProblem is null && FirstEpoch.Name.Contains(only, StringComparison.Ordinal)) FirstEpoch.Compare(report, quick ? 3 : 7);
if (onnxProblem is null) foreach (var c in Cases.Batch.Concat(Cases.Latency).Where(c => Wanted(c, c.Name))) Infer(c);
else report.Skip("inference against ONNX Runtime", onnxProblem);
if (save) report.Save(quick ? "quick" : "full");
return report.Mismatches == 0 ? 0 : 1;

bool Wanted(Case c, string name)
{
    if (!name.Contains(only, StringComparison.Ordinal)) return false;
    if (c.Threads <= Environment.ProcessorCount) return true;
    report.Skip(name, $"the machine has {Environment.ProcessorCount} processor(s)");
    return false;
}

// The first case of its kind waits until the just-in-time compiler has optimized what the kind runs; the peers come compiled.
void WarmUp(string kind, Action call)
{
    if (!warm.Add(kind)) return;
    for (var clock = Stopwatch.StartNew(); clock.ElapsedMilliseconds < 1000;) call();
}

void Train(TrainCase c)
{
    var data = new CaseData(c);
    using var ours = new OurTraining(c, data);
    using var torch = new TorchTraining(c, data);
    for (var step = 0; step < (c.Flops > 1e10 ? 2 : 5); step++)
        if (!report.Agree(c.Name, "libtorch", ours.Step(), torch.Step())) return;
    WarmUp($"train {c.Cell}", () => ours.Step());
    var time = alternation.Measure(() => ours.Step(), () => torch.Step());
    report.Line($"{c.Name} ours_ms={time.Ours * 1e3:F3} libtorch_ms={time.Peer * 1e3:F3} ratio={time.Peer / time.Ours:F2} peak_share={c.Flops / time.Ours / peak[c.Threads]:F3}");
}

void Infer(InferCase c)
{
    var data = new CaseData(c);
    IInference ours = c.CarriesState ? new OurStep(c, data) : new OurInference(c, data);
    using var onnx = new OnnxSide(c, data);
    for (var run = 0; run < (c.CarriesState ? 20 : 1); run++) // enough steps for a wrong state to show
    {
        ours.Run();
        onnx.Run();
        for (var i = 0; i < ours.Output.Length; i++)
            if (!report.Agree(c.Name, "onnxruntime", ours.Output[i], onnx.Output[i])) return;
    }
    WarmUp($"{ours.GetType()} {c.Cell}", ours.Run);
    var time = alternation.Measure(ours.Run, onnx.Run);
    report.Line($"{c.Name} ours_us={time.Ours * 1e6:F2} onnxruntime_us={time.Peer * 1e6:F2} ratio={time.Peer / time.Ours:F2}");
}
