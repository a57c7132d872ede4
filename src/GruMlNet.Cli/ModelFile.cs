using System.IO.Compression;
using System.Text.Json;
using GruMlNet.Cli.Csv;
using GruMlNet.Data;

namespace GruMlNet.Cli;

/// <summary>What is remembered with a model, besides the model: how its data was read, and what it was trained with.</summary>
internal sealed record ModelSettings(FileFormat Format, CovariateLayout Covariates, int Series, long Values, TrainingBudget Budget, int Seed)
{
    /// <summary>Whether the columns are those that a forecaster has learnt from; one of classical methods has learnt from none.</summary>
    internal bool Fits(PanelForecaster forecaster)
    {
        if (Format.Layout == Layout.Wide)
            return forecaster.Names.IsEmpty;
        if (!AllOnes(Covariates.PastSizes, Format.Past) || !AllOnes(Covariates.KnownSizes, Format.Known) || Covariates.StaticIsNumber.Count != Format.Static.Count
            || Covariates.HolidayKinds is null != Format.Holiday is null || (Covariates.Calendar & ~Calendar.All) != 0)
            return false;
        (string[] past, string[] known, string[] numbers, string[] categories) = Covariates.Names(Format.Inputs);
        PanelNames learnt = forecaster.Names;
        return learnt.IsEmpty || past.SequenceEqual(learnt.Past) && known.SequenceEqual(learnt.Known) && numbers.SequenceEqual(learnt.StaticNumbers) && categories.SequenceEqual(learnt.StaticCategories);

        static bool AllOnes(IReadOnlyList<int> sizes, IReadOnlyList<string> columns) => sizes.Count == columns.Count && sizes.All(size => size == 1);
    }
}

/// <summary>A trained model: a zip file with the forecaster and its settings.</summary>
/// <param name="Forecaster">The model itself.</param>
/// <param name="Settings">Saved with it.</param>
/// <param name="Choices">What the training chose and did, in words; not saved.</param>
internal sealed record ModelFile(PanelForecaster Forecaster, ModelSettings Settings, IReadOnlyList<string> Choices)
{
    private const string ForecasterEntry = "forecaster.bin";
    private const string SettingsEntry = "settings.json";

    /// <summary>The earliest time a zip file can hold: the same model always makes the same bytes.</summary>
    private static readonly DateTimeOffset NoTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    internal void Save(Stream stream)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        Write(ForecasterEntry, Forecaster.Save);
        Write(SettingsEntry, entry => JsonSerializer.Serialize(entry, Settings, Json.Options));

        void Write(string name, Action<Stream> write)
        {
            ZipArchiveEntry entry = zip.CreateEntry(name);
            entry.LastWriteTime = NoTime;
            using Stream inside = entry.Open();
            write(inside);
        }
    }

    /// <summary>Whether a file is a zip with a forecaster in it.</summary>
    internal static bool IsForecaster(string path)
    {
        try
        {
            using ZipArchive zip = ZipFile.OpenRead(path);
            return zip.GetEntry(ForecasterEntry) is not null;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            // Not a zip that can be read, so no forecaster; who loads it says what is wrong with it.
            return false;
        }
    }

    /// <exception cref="Failure">The file is missing, or is not a model.</exception>
    internal static ModelFile Load(string path)
    {
        if (!File.Exists(path))
            throw new Failure($"There is no model '{path}'. Make one with: grumlnet train --model {path} …");
        try
        {
            using ZipArchive zip = ZipFile.OpenRead(path);
            using var bytes = new MemoryStream();
            using (Stream entry = Entry(ForecasterEntry))
                entry.CopyTo(bytes);
            bytes.Position = 0;
            using Stream settings = Entry(SettingsEntry);
            ModelSettings read = JsonSerializer.Deserialize<ModelSettings>(settings, Json.Options) ?? throw new InvalidDataException("the settings are empty");
            var forecaster = PanelForecaster.Load(bytes);
            return read.Fits(forecaster) ? new ModelFile(forecaster, read, Choices: []) : throw new InvalidDataException("its settings belong to another model");

            Stream Entry(string name) => (zip.GetEntry(name) ?? throw new InvalidDataException(zip.Entries.Any(one => one.FullName.StartsWith("TransformerChain", StringComparison.Ordinal))
                ? "it is an ML.NET model; a classifier belongs to grumlnet classify evaluate and predict" : $"it has no '{name}'")).Open();
        }
        catch (Exception e) when (e is InvalidDataException or JsonException or IOException or UnauthorizedAccessException)
        {
            throw new Failure($"'{path}' is not a model of this tool, or is damaged: {e.Message}", inner: e);
        }
    }
}
