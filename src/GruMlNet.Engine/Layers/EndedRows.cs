// Rows that have ended while others of their block go on: states stand still, and gradients wait beside the steps.
using GruMlNet.Engine.Kernels;

namespace GruMlNet.Engine.Layers;

/// <summary>Steps work on all rows of a block; this undoes what they must not do to rows that are over at step t.</summary>
internal static class EndedRows
{
    /// <summary>After a step forward: the states are those before it.</summary>
    public static void Freeze(BlockShape shape, int t, in RecurrentStep s)
    {
        for (var b = 0; b < shape.Lengths.Length; b++)
        {
            if (t < shape.Lengths[b]) continue;
            UnitGroups.CopyRow(b, s.Groups, s.Previous, s.StateGroup, s.Next, s.StateGroup);
            if (!s.NextCell.IsEmpty) UnitGroups.CopyRow(b, s.Groups, s.PreviousCell, s.StateGroup, s.NextCell, s.StateGroup);
        }
    }

    /// <summary>Before a step back: puts the gradients of the states aside, so that the step sees zeros, which touch no weight.</summary>
    /// <param name="shape">Of the block.</param>
    /// <param name="t">The step's number.</param>
    /// <param name="s">The step.</param>
    /// <param name="held">Slabs without gaps, one per state.</param>
    public static void Hold(BlockShape shape, int t, in RecurrentStep s, Span<float> held)
    {
        var group = s.Rows * MatMul.VectorWidth;
        for (var b = 0; b < shape.Lengths.Length; b++)
        {
            if (t < shape.Lengths[b]) continue;
            UnitGroups.CopyRow(b, s.Groups, s.Gradient, group, held, group);
            UnitGroups.ClearRow(b, s.Groups, s.Gradient, group);
            if (s.CellGradient.IsEmpty) continue;
            UnitGroups.CopyRow(b, s.Groups, s.CellGradient, group, held[s.Gradient.Length..], group);
            UnitGroups.ClearRow(b, s.Groups, s.CellGradient, group);
        }
    }

    /// <summary>After a step back: the gradients are those before it.</summary>
    public static void Release(BlockShape shape, int t, in RecurrentStep s, ReadOnlySpan<float> held)
    {
        var group = s.Rows * MatMul.VectorWidth;
        for (var b = 0; b < shape.Lengths.Length; b++)
        {
            if (t < shape.Lengths[b]) continue;
            UnitGroups.CopyRow(b, s.Groups, held, group, s.Gradient, group);
            if (!s.CellGradient.IsEmpty) UnitGroups.CopyRow(b, s.Groups, held[s.Gradient.Length..], group, s.CellGradient, group);
        }
    }
}
