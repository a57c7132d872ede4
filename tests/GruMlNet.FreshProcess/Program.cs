// The second process of the tests.
// load model.zip data.idv output.idv resaved.zip: does what any user's program does, with nothing registered, and
//     says whether GruMlNet was in the process before ML.NET asked for it.
// fit series|time|window data.idv model.zip: trains, so that the tests can compare with their own training.

using System.Runtime.CompilerServices;
using GruMlNet.FreshProcess;
using Microsoft.ML;
using Microsoft.ML.Data;

if (args[0] == "load")
    LoadAndSaveAgain(args[1], args[2], args[3], args[4]);
else
    Fit(args[1], args[2], args[3]);

static void LoadAndSaveAgain(string modelFile, string dataFile, string outputFile, string resavedFile)
{
    bool before = AppDomain.CurrentDomain.GetAssemblies().Any(assembly => assembly.GetName().Name == "GruMlNet");
    MLContext ml = new();
    ITransformer model = ml.Model.Load(modelFile, out DataViewSchema schema);
    IDataView output = model.Transform(ml.Data.LoadFromBinary(dataFile));
    using (FileStream file = File.Create(outputFile))
        ml.Data.SaveAsBinary(output, file);
    ml.Model.Save(model, schema, resavedFile);
    Console.WriteLine($"GruMlNet loaded before the model: {(before ? "yes" : "no")}");
}

// Kept out of line: the other path must not load GruMlNet by being compiled beside this one.
[MethodImpl(MethodImplOptions.NoInlining)]
static void Fit(string face, string dataFile, string modelFile)
{
    MLContext ml = new(seed: 11);
    IDataView data = ml.Data.LoadFromBinary(dataFile);
    IEstimator<ITransformer> estimator = face switch
    {
        "series" => TinyForecasts.Series(ml),
        "time" => TinyForecasts.SeriesWithTime(ml),
        _ => TinyForecasts.Window(ml),
    };
    ml.Model.Save(estimator.Fit(data), data.Schema, modelFile);
}
