// A character GRU learns a text, is saved, reloaded, and writes on from a prompt, character by character.
//   (no argument)                        learns the sonnets beside this file
//   --text FILE                          learns another text
//   --model FILE                         writes with a model that was saved before
//   --prompt TEXT --temperature X --length N --seed N --epochs N --units N
using System.CommandLine;
using System.Globalization;
using TextGeneration;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var text = new Option<FileInfo>("--text") { Description = "Text to learn. Default: twenty sonnets by Shakespeare." };
var model = new Option<FileInfo>("--model") { Description = "A saved model to write with, instead of learning." };
var prompt = new Option<string>("--prompt") { Description = "What to write on from.", DefaultValueFactory = _ => "Shall I compare thee to " };
var temperature = new Option<double>("--temperature") { Description = "0.1: what is likely; 1: as the text; above: anything.", DefaultValueFactory = _ => 0.6 };
var length = new Option<int>("--length") { Description = "Characters to write.", DefaultValueFactory = _ => 400 };
var seed = new Option<int>("--seed") { Description = "Seed of the choice of characters.", DefaultValueFactory = _ => 1 };
var epochs = new Option<int?>("--epochs") { Description = "How often the text is read. Default: 50 times; a long one (from 200,000 characters) 5 times." };
var units = new Option<int?>("--units") { Description = "Units of each of the two GRUs. Default: 128; 384 for a long text." };
var command = new RootCommand("A character GRU learns a text and writes on from a prompt.") { text, model, prompt, temperature, length, seed, epochs, units };
command.SetAction((parsed, token) =>
{
    if (parsed.GetValue(prompt) is not { Length: > 0 }) return Fail("The prompt must have a character at least.");
    if (parsed.GetValue(temperature) is not (> 0 and <= 100)) return Fail($"The temperature must be above 0 and at most 100, got {parsed.GetValue(temperature)}.");
    try
    {
        var writer = parsed.GetValue(model) is { } saved ? TextModel.Load(saved.FullName) : Learn(parsed, token);
        Console.Write($"\n{parsed.GetValue(prompt)}");
        foreach (var c in writer.Write(parsed.GetValue(prompt)!, parsed.GetValue(temperature), parsed.GetValue(seed)).Take(parsed.GetValue(length)))
        {
            token.ThrowIfCancellationRequested();
            Console.Write(c);
        }
        Console.WriteLine();
        return Task.FromResult(0);
    }
    catch (Exception e) when (e is IOException or InvalidDataException or ArgumentException or OperationCanceledException)
    {
        return Fail(e.Message);
    }
});
return await command.Parse(args).InvokeAsync();

TextModel Learn(ParseResult parsed, CancellationToken token)
{
    var path = parsed.GetValue(text)?.FullName ?? Path.Combine(AppContext.BaseDirectory, "sonnets.txt");
    var all = File.ReadAllText(path).ReplaceLineEndings("\n");
    if (all.Length < 1000) throw new ArgumentException($"'{path}' has {all.Length} characters; at least 1000 are needed to learn anything.");
    var (learnt, heldBack) = (all[..(all.Length * 9 / 10)], all[(all.Length * 9 / 10)..]);
    var usual = TextSettings.For(learnt.Length);
    var settings = usual with { Units = parsed.GetValue(units) ?? usual.Units, Epochs = parsed.GetValue(epochs) ?? usual.Epochs };
    var fresh = TextModel.Create(all, settings);
    Console.WriteLine($"{all.Length:N0} characters, {fresh.Characters} different ones; {fresh.Parameters:N0} parameters; the last tenth is held back; two networks learn side by side, shown is the first");

    var report = new LearningReport(settings.Epochs);
    fresh.Train(learnt, heldBack, settings, report, token);

    var file = Path.Combine(Directory.CreateDirectory(Path.Combine(Environment.CurrentDirectory, "artifacts", "textgeneration")).FullName, "model.bin");
    fresh.Save(file);
    var reloaded = TextModel.Load(file);
    var some = heldBack[..Math.Min(heldBack.Length, 2000)];
    var identical = fresh.BitsPerCharacter(some, report.Measured) == reloaded.BitsPerCharacter(some, report.Measured);
    Console.WriteLine($"TextGeneration: {reloaded.BitsPerCharacter(heldBack, report.Measured):F3} bits per character on the held-back tenth, reloaded model identical: {(identical ? "yes" : "no")}");
    Console.WriteLine($"Model: {file}");
    return reloaded;
}

static Task<int> Fail(string message)
{
    Console.Error.WriteLine(message);
    return Task.FromResult(1);
}
