// Hidden units in groups of one vector: the layout that recurrent layers compute in, and the way in and out of it.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GruMlNet.Engine.Kernels;

/// <summary>
/// The H units of a layer are divided into groups of <see cref="MatMul.VectorWidth"/>, the last one filled up with units that stay zero. A slab
/// [groups, rows, width] holds one value per unit and row; its groups lie <c>group</c> apart, because the steps of a sequence lie between them.
/// So a gate of a group is one vector, and a kernel meets whole vectors only.
/// </summary>
internal static unsafe class UnitGroups
{
    /// <summary>Groups of <paramref name="units"/> units.</summary>
    public static int Of(int units) => (units + MatMul.VectorWidth - 1) / MatMul.VectorWidth;

    /// <summary>Units with the last group filled up.</summary>
    public static int Padded(int units) => Of(units) * MatMul.VectorWidth;

    /// <summary>Distance of groups that are <paramref name="length"/> floats long: a cache line more where they would fall on the same cache sets.</summary>
    public static int Stride(int length) => length % 1024 == 0 ? length + 16 : length;

    /// <summary>Rows [rows, H] into a slab.</summary>
    public static void Scatter(int rows, int units, ReadOnlySpan<float> source, Span<float> slab, int group)
    {
        var w = MatMul.VectorWidth;
        Move(rows, units, source, units, w, slab, w, group, add: false);
    }

    /// <summary>A slab into rows [rows, H].</summary>
    public static void Gather(int rows, int units, ReadOnlySpan<float> slab, int group, Span<float> target)
    {
        var w = MatMul.VectorWidth;
        Move(rows, units, slab, w, group, target, units, w, add: false);
    }

    /// <summary>Adds the rows [rows, H] to a slab.</summary>
    public static void AddRows(int rows, int units, ReadOnlySpan<float> source, Span<float> slab, int group)
    {
        var w = MatMul.VectorWidth;
        Move(rows, units, source, units, w, slab, w, group, add: true);
    }

    /// <summary>One row of a slab into the same row of another.</summary>
    public static void CopyRow(int row, int groups, ReadOnlySpan<float> source, int sourceGroup, Span<float> target, int targetGroup)
    {
        var w = MatMul.VectorWidth;
        Move(1, groups * w, source[(row * w)..], 0, sourceGroup, target[(row * w)..], 0, targetGroup, add: false);
    }

    /// <summary>The same values, one per unit and filled up, into every row of a slab.</summary>
    public static void Repeat(int rows, int groups, ReadOnlySpan<float> values, Span<float> slab, int slabRow, int group)
    {
        var w = MatMul.VectorWidth;
        Move(rows, groups * w, values, 0, w, slab, slabRow, group, add: false);
    }

    /// <summary>Sets one row of a slab to zero.</summary>
    public static void ClearRow(int row, int groups, Span<float> slab, int group)
    {
        var w = MatMul.VectorWidth;
        for (var g = 0; g < groups; g++) slab.Slice(g * group + row * w, w).Clear();
    }

    /// <summary>Copies or adds, row by row and group by group; the last group may be a part of one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Move(int rows, int units, ReadOnlySpan<float> source, int sourceRow, int sourceGroup, Span<float> target, int targetRow, int targetGroup, bool add)
    {
        var w = MatMul.VectorWidth;
        int whole = units / w, rest = units % w;
        CheckMove(rows, units, sourceRow, sourceGroup, source.Length, nameof(source));
        CheckMove(rows, units, targetRow, targetGroup, target.Length, nameof(target));
        fixed (float* s = source, t = target)
        {
            if (Vector512.IsHardwareAccelerated) Move<Lanes512, Vector512<float>>(rows, whole, s, sourceRow, sourceGroup, t, targetRow, targetGroup, add);
            else if (Vector256.IsHardwareAccelerated) Move<Lanes256, Vector256<float>>(rows, whole, s, sourceRow, sourceGroup, t, targetRow, targetGroup, add);
            else if (Vector128.IsHardwareAccelerated) Move<Lanes128, Vector128<float>>(rows, whole, s, sourceRow, sourceGroup, t, targetRow, targetGroup, add);
            else Move<Lanes1, float>(rows, whole, s, sourceRow, sourceGroup, t, targetRow, targetGroup, add);
        }
        for (var b = 0; b < rows; b++)
        {
            for (var j = 0; j < rest; j++)
            {
                var value = source[b * sourceRow + whole * sourceGroup + j];
                ref var place = ref target[b * targetRow + whole * targetGroup + j];
                place = add ? place + value : value;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Move<L, V>(int rows, int groups, float* source, nint sourceRow, nint sourceGroup, float* target, nint targetRow, nint targetGroup, bool add) where L : struct, ILanes<V> where V : struct
    {
        for (var b = rows; b > 0; b--, source += sourceRow, target += targetRow)
        {
            float* s = source, t = target;
            for (var g = groups; g > 0; g--, s += sourceGroup, t += targetGroup) L.Store(add ? L.Add(L.Load(t), L.Load(s)) : L.Load(s), t);
        }
    }

    private static void CheckMove(int rows, int units, int row, int group, int length, string name)
    {
        if (rows == 0 || units == 0) return;
        var w = MatMul.VectorWidth;
        var needed = (rows - 1) * row + (units - 1) / w * group + (units - 1) % w + 1;
        if (length < needed) throw new ArgumentException($"{rows} rows of {units} units need {needed} values, got {length}.", name);
    }

    /// <summary>Adds one value per unit, [H], to vector <paramref name="slot"/> of each group in a row of <paramref name="slots"/> vectors per group.</summary>
    public static void AddToSlot(ReadOnlySpan<float> values, Span<float> target, int slots, int slot)
    {
        var w = MatMul.VectorWidth;
        for (var j = 0; j < values.Length; j++) target[(j / w * slots + slot) * w + j % w] += values[j];
    }

    /// <summary>Adds vector <paramref name="slot"/> of each group to one value per unit, [H].</summary>
    public static void AddFromSlot(ReadOnlySpan<float> source, int slots, int slot, Span<float> values)
    {
        var w = MatMul.VectorWidth;
        for (var j = 0; j < values.Length; j++) values[j] += source[(j / w * slots + slot) * w + j % w];
    }

    /// <summary>Checks, at the border of the kernels, that a slab of rows of <paramref name="width"/> floats fits.</summary>
    public static void Check(int groups, int rows, int width, int group, int length, string name)
    {
        var needed = (groups - 1) * group + rows * width;
        if (length < needed) throw new ArgumentException($"{groups} groups of {rows} rows need {needed} values, got {length}.", name);
    }
}
