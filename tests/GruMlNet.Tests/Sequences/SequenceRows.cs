// Rows with sequences of three kinds, which differ by their frequency, and options that train in milliseconds.

using GruMlNet.Engine.Training;
using Microsoft.ML.Data;

namespace GruMlNet.Tests.Sequences;

public interface ISequenceRow
{
    float[] Sequence { get; set; }
}

public class LabelledRow
{
    /// <summary>The kind, as a key.</summary>
    [KeyType(3)]
    public uint Class { get; set; }

    public bool Flag { get; set; }

    public float Target { get; set; }

    /// <summary>No component under test reads it.</summary>
    public float Label { get; set; }
}

/// <summary>Twelve steps of two numbers.</summary>
public sealed class SequenceRow : LabelledRow, ISequenceRow
{
    [VectorType(24)]
    public float[] Sequence { get; set; } = new float[24];
}

/// <summary>Any number of steps of two numbers.</summary>
public sealed class VariableSequenceRow : LabelledRow, ISequenceRow
{
    public float[] Sequence { get; set; } = [];
}

/// <summary>One token per step.</summary>
public sealed class TokenRow : LabelledRow
{
    [KeyType(60)]
    public uint[] Sequence { get; set; } = [];
}

/// <summary>Two numbers and one class per step.</summary>
public sealed class StepRow : LabelledRow
{
    public float[] Sequence { get; set; } = [];

    [KeyType(3)]
    public uint[] Classes { get; set; } = [];
}

internal static class SequenceRows
{
    public const int Features = 2;

    /// <summary>ML.NET takes a key in a property as a number from 0, those in an array as numbers from 1; one that is too large is missing.</summary>
    public const uint Missing = 99;

    public static T Fill<T>(T row, int kind)
        where T : LabelledRow
    {
        (row.Class, row.Flag, row.Target, row.Label) = ((uint)kind, kind == 1, 10 * kind, kind % 5);
        return row;
    }

    /// <summary>[steps,2], time-major.</summary>
    public static float[] Wave(int kind, int steps, int phase = 0)
    {
        return [.. Enumerable.Range(0, steps).SelectMany(t => (float[])[MathF.Sin((0.5f + kind) * (t + phase)), 3 + MathF.Cos(0.7f * (t + phase))])];
    }

    public static SequenceRow[] Fixed(int count, int variant = 0)
    {
        return [.. Enumerable.Range(0, count).Select(i => Fill(new SequenceRow { Sequence = Wave(i % 3, 12, i + (50 * variant)) }, i % 3))];
    }

    public static VariableSequenceRow[] Variable(int count, int variant = 0)
    {
        return [.. Enumerable.Range(0, count).Select(i => Fill(new VariableSequenceRow { Sequence = Wave(i % 3, 9 + (i * 7 % 8), i + (50 * variant)) }, i % 3))];
    }

    public static TokenRow[] Tokens(int count, int variant = 0)
    {
        return [.. Enumerable.Range(0, count).Select(i => Fill(new TokenRow { Sequence = [.. Enumerable.Range(0, 5 + (i % 4)).Select(t => (uint)(1 + (((i % 3 * 17) + (t * (3 + (i % 3))) + (i / 3) + variant) % 60)))] }, i % 3))];
    }

    /// <summary>The class of a step is that of the wave, which changes half way.</summary>
    public static StepRow[] Steps(int count, int variant = 0)
    {
        return [.. Enumerable.Range(0, count).Select(i => Fill(new StepRow
        {
            Sequence = [.. Wave(i % 3, 10, i + (50 * variant)), .. Wave((i + 1) % 3, 6 + (i % 4), i)],
            Classes = [.. Enumerable.Repeat((uint)(i % 3) + 1, 10), .. Enumerable.Repeat((uint)((i + 1) % 3) + 1, 6 + (i % 4))],
        }, i % 3))];
    }

    public static GruSequenceOptions Tiny()
    {
        return new GruSequenceOptions { HiddenSize = 4, Training = new TrainerOptions { MaxEpochs = 2, BatchSize = 8, LearningRate = 0.01f } };
    }

    /// <summary>Tiny, calls back after each epoch and listens to the token.</summary>
    public static GruSequenceOptions Cancellable(Action progress, CancellationToken token)
    {
        GruSequenceOptions options = Tiny();
        options.Progress = _ =>
        {
            progress();
            return true;
        };
        options.CancellationToken = token;
        return options;
    }

    /// <summary>Small, but large enough to learn the three kinds.</summary>
    public static GruSequenceOptions Small()
    {
        return new GruSequenceOptions { HiddenSize = 12, EnsembleSize = 2, Training = new TrainerOptions { MaxEpochs = 25, BatchSize = 8, LearningRate = 0.01f } };
    }
}
