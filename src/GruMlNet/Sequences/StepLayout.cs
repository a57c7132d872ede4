// How a prepared sequence is cut into the steps of a network.
using GruMlNet.Engine.Networks;

namespace GruMlNet.Sequences;

/// <summary>
/// Step j sees the <paramref name="Width"/> raw steps around raw step j·<paramref name="Stride"/>; beyond the ends there are zeros. Long sequences get fewer,
/// fatter steps, which overlap where the width exceeds the stride.
/// </summary>
internal readonly record struct StepLayout(int Width, int Stride)
{
    public int Count(int steps) => (steps + Stride - 1) / Stride;

    /// <summary>Writes one row of a batch whose rows and steps are set already: the steps from <paramref name="first"/> on.</summary>
    /// <param name="channels">[T,C]; empty for tokens.</param>
    /// <param name="tokens">[T]; empty for numbers.</param>
    /// <param name="context">Features of the sequence.</param>
    /// <param name="steps">T.</param>
    /// <param name="plan">What the channels are.</param>
    /// <param name="batch">Written to.</param>
    /// <param name="row">Its row.</param>
    /// <param name="first">First of the network's steps.</param>
    /// <param name="count">How many of them.</param>
    public void Write(ReadOnlySpan<float> channels, ReadOnlySpan<int> tokens, ReadOnlySpan<float> context, int steps, SequencePlan plan, SequenceBatch batch, int row, int first, int count)
    {
        batch.Lengths[row] = count;
        context[..batch.Shape.ContextSize].CopyTo(batch.Context.AsSpan(row * batch.Shape.ContextSize));
        if (plan.IsTokens && !plan.IsOneHot)
        {
            for (var t = 0; t < count; t++) batch.Tokens[t * batch.Rows + row] = tokens[first + t];
            return;
        }
        int C = plan.Channels, I = Width * C + plan.Positions;
        for (var j = 0; j < count; j++)
        {
            var target = batch.Inputs.AsSpan((j * batch.Rows + row) * I, I);
            WritePosition((first + j) * Stride, plan, target[(Width * C)..]);
            target = target[..(Width * C)];
            var start = (first + j) * Stride - (Width - 1) / 2;
            int from = Math.Max(start, 0), to = Math.Min(start + Width, steps);
            target[..((from - start) * C)].Clear();
            target[(Math.Max(to - start, 0) * C)..].Clear();
            if (plan.IsOneHot)
            {
                target.Clear();
                for (var t = from; t < to; t++)
                    if (tokens[t] >= 0) target[(t - start) * C + tokens[t]] = 1f;
            }
            else if (to > from) channels[(from * C)..(to * C)].CopyTo(target[((from - start) * C)..]);
        }
    }

    private static void WritePosition(int step, SequencePlan plan, Span<float> target)
    {
        for (var k = 0; k < target.Length; k++) target[k] = MathF.Cos(MathF.PI * (k + 1) * (step + 0.5f) / plan.CommonLength);
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(Width);
        writer.Write(Stride);
    }

    public static StepLayout Load(BinaryReader reader)
    {
        var layout = new StepLayout(reader.ReadInt32(), reader.ReadInt32());
        return layout is { Width: >= 1 and <= SequenceLimits.MaxLength, Stride: >= 1 and <= SequenceLimits.MaxLength } ? layout
            : throw new InvalidDataException($"Steps of {layout.Width} values every {layout.Stride} are impossible: the file is damaged. Use another copy.");
    }
}
