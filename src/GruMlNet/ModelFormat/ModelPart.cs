using GruMlNet.Engine.Serialization;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace GruMlNet.ModelFormat;

/// <summary>
/// One transformer's part of an ML.NET model file: ML.NET's own header, then a checksummed block of the engine's format,
/// which is verified whole before any size in it is believed.
/// </summary>
internal static class ModelPart
{
    private const string Magic = "GRUMLNET";
    private const int FormatVersion = 1;

    /// <summary>Identity of a loadable class. ML.NET's version words stay fixed: the block carries the format version.</summary>
    /// <param name="modelSignature">Exactly 8 characters.</param>
    /// <param name="loaderSignature">At most 24 characters, unique among all ML.NET components.</param>
    internal static VersionInfo Version(string modelSignature, string loaderSignature) => new(
        modelSignature: modelSignature,
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderAssemblyName: typeof(ModelPart).Assembly.FullName!,
        loaderSignature: loaderSignature);

    internal static void Save(ModelSaveContext context, VersionInfo version, Action<BinaryWriter> write)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.CheckAtModel();
        context.SetVersionInfo(version);
        CheckedBlock.Write(context.Writer.BaseStream, Magic, FormatVersion, write);
    }

    /// <exception cref="InvalidDataException">The part is damaged. ML.NET wraps it: ask for GetBaseException.</exception>
    internal static T Load<T>(IHostEnvironment environment, ModelLoadContext context, VersionInfo version, Func<BinaryReader, T> read)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(context);
        context.CheckAtModel(version);
        try
        {
            return CheckedBlock.Read(context.Reader.BaseStream, Magic, FormatVersion, "the GruMlNet part of a model file", (reader, _) => read(reader));
        }
        catch (InvalidDataException e)
        {
            // Marks the exception as one that ML.NET knows: it is passed on as a fault of the file, not of the component.
            throw environment.Process(e);
        }
    }

    internal static void Write(BinaryWriter writer, string? text)
    {
        writer.Write(text is not null);
        if (text is not null)
            writer.Write(text);
    }

    internal static string? ReadText(BinaryReader reader) => reader.ReadBoolean() ? reader.ReadString() : null;

    /// <summary>A number of things that follow, checked before room is made for them.</summary>
    internal static int ReadCount(BinaryReader reader, int max)
    {
        int count = reader.ReadInt32();
        return count >= 0 && count <= max ? count : throw new InvalidDataException($"The model says that {count} things follow, where at most {max} can. Use another copy.");
    }

    /// <summary>Writes the forecaster itself: a checksummed block of its own within the part.</summary>
    internal static void Write(BinaryWriter writer, PanelForecaster model)
    {
        writer.Flush();
        model.Save(writer.BaseStream);
    }

    internal static PanelForecaster ReadForecaster(BinaryReader reader, ForecastColumns columns)
    {
        PanelForecaster model = PanelForecaster.Load(reader.BaseStream);
        return model.Horizon == columns.Horizon
            ? model
            : throw new InvalidDataException($"The network in the model forecasts {model.Horizon} steps, but its columns hold {columns.Horizon}. Use another copy.");
    }
}
