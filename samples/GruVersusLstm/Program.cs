// GRU, LSTM and Elman network with the same number of parameters on the same tasks: speed, epochs, and what each makes of unseen data.
//   (no argument)        adding problem and copy memory, which need no data
//   --task NAME          another one, or all
//   --forget-bias X      how LSTMs start
//   --readme FILE        puts the results into the tables of a README
//   --chart FILE         draws how far back gradients reach: in an adding problem, of all in the one of 200 steps
using System.CommandLine;
using System.Globalization;
using GruMlNet.Engine;
using GruMlNet.Engine.Networks;
using GruVersusLstm;
using GruVersusLstm.Tasks;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
(string Name, Func<string, ComparisonTask> Make)[] tasks =
[
    ("adding-50", _ => MadeTasks.Adding(50)), ("copy-3-10", _ => MadeTasks.Copy(3, 10)),
    ("adding-100", _ => MadeTasks.Adding(100)), ("adding-200", _ => MadeTasks.Adding(200)), ("adding-400", _ => MadeTasks.Adding(400)), ("copy-5-20", _ => MadeTasks.Copy(5, 20)),
    ("jsb", DataTasks.Chorales), ("mnist", DataTasks.Mnist), ("splice", DataTasks.Splice), ("digits", DataTasks.Digits), ("shakespeare", DataTasks.Shakespeare),
];
string[] withoutData = ["adding-50", "copy-3-10"];

var task = new Option<string>("--task") { Description = $"Which task: {string.Join(", ", tasks.Select(t => t.Name))}, or all. Default: {string.Join(" and ", withoutData)}." };
var cell = new Option<string>("--cell") { Description = "Only this cell: Gru, Lstm or ElmanTanh. Default: all three." };
var forget = new Option<float>("--forget-bias") { Description = "How open the forget gate of a fresh LSTM is: start of its bias.", DefaultValueFactory = _ => new GateStart().ForgetBias };
var data = new Option<string>("--data") { Description = "Folder with the data sets; default: the folder that GRUMLNET_SHARED names, else shared beside the repository." };
var readme = new Option<string>("--readme") { Description = "A README whose tables of these tasks are to be replaced." };
var chart = new Option<string>("--chart") { Description = "A PNG file for the gradient norm through time; for an adding problem; with all, for the one of 200 steps." };
var command = new RootCommand("GRU, LSTM and Elman network side by side.") { task, cell, forget, data, readme, chart };
command.SetAction(parsed =>
{
    var names = parsed.GetValue(task) switch { null => withoutData, "all" => [.. tasks.Select(t => t.Name).Except(withoutData)], var name => [name] };
    if (names.FirstOrDefault(n => !tasks.Any(t => t.Name == n)) is { } unknown) return Fail($"There is no task '{unknown}'; there are {string.Join(", ", tasks.Select(t => t.Name))}, and all.");
    if (parsed.GetValue(cell) is { } only && !ComparisonTask.Cells.Any(c => c.ToString() == only)) return Fail($"There is no cell '{only}'; there are {string.Join(", ", ComparisonTask.Cells)}.");
    var folder = Path.Combine(parsed.GetValue(data) ?? Environment.GetEnvironmentVariable("GRUMLNET_SHARED") ?? Path.Combine("..", "shared"), "data", "seq");
    foreach (var name in names)
    {
        ComparisonTask made;
        try
        {
            made = tasks.First(t => t.Name == name).Make(folder);
            if (parsed.GetValue(readme) is { } text) Table.Replace(text, name, null);
        }
        catch (IOException e)
        {
            return Fail($"{name}: {e.Message}{(e is FileNotFoundException or DirectoryNotFoundException ? " --data names the folder that holds data/seq." : "")}");
        }
        Console.Error.WriteLine(made.Title);
        var flow = name.StartsWith("adding", StringComparison.Ordinal) ? new GradientFlow(made.Test, made.Loss) : null;
        Result[] results = [.. ComparisonTask.Cells.Where(c => parsed.GetValue(cell) is not { } one || c.ToString() == one).Select(c => Contest.Run(made, c, new GateStart { ForgetBias = parsed.GetValue(forget) }, flow))];
        var table = Table.Of(made, results);
        Console.WriteLine(table);
        if (parsed.GetValue(readme) is { } path) Table.Replace(path, name, table);
        if (flow is not null) Console.WriteLine($"Gradient of the first tenth of the steps against the last tenth: {flow.Summary()}\n");
        if (parsed.GetValue(chart) is { } png && (names.Length == 1 || name == "adding-200")) flow?.Save(png);
        foreach (var r in results) Console.WriteLine($"{name} {r.Cell}: {Table.Figure(r.Quality)} {made.Unit}{(r.Accuracy is { } a ? $", accuracy {a:P1}" : "")}");
    }
    return 0;
});
return command.Parse(args).Invoke();

static int Fail(string message)
{
    Console.Error.WriteLine(message);
    return 1;
}
