// The plain-loop twin of every kernel: the specification, the tests' oracle, and the path of last resort.
namespace GruMlNet.Engine.Kernels;

/// <summary>
/// Each method computes what its fast namesake computes, one value at a time. The gate methods take the first column to
/// do, because the fast kernels leave them what is left over of whole vectors; with 0 they do everything, which is
/// what runs where the machine has no vector instructions.
/// </summary>
internal static class ReferenceKernels
{
    public static float Sigmoid(float x) => 1f / (1f + MathF.Exp(-x));

    /// <summary>Twin of <see cref="MatMul.Multiply"/>.</summary>
    public static void Multiply(int rows, ReadOnlySpan<float> a, int aRowStride, int aDepthStride, PackedMatrix b, Span<float> c, int cRowStride, bool accumulate)
    {
        var width = PackedMatrix.PanelWidth;
        for (var p = 0; p < b.PanelCount; p++)
        {
            var panel = b.Panel(p);
            var valid = Math.Min(width, b.Columns - p * width);
            for (var i = 0; i < rows; i++)
            {
                var target = c.Slice(i * cRowStride + p * width, valid);
                if (!accumulate) target.Clear();
                for (var k = 0; k < b.Depth; k++)
                {
                    var x = a[i * aRowStride + k * aDepthStride];
                    var row = panel.Slice(k * width, valid);
                    for (var j = 0; j < target.Length; j++) target[j] += x * row[j];
                }
            }
        }
    }

    /// <summary>Twin of <see cref="GruStep.ForwardAfter"/>.</summary>
    public static void GruForwardAfter(int hidden, int from, Span<float> gates, ReadOnlySpan<float> recurrent, ReadOnlySpan<float> bias, ReadOnlySpan<float> previous, Span<float> next)
    {
        int R = hidden, Z = 2 * hidden, M = 3 * hidden;
        for (var j = from; j < hidden; j++)
        {
            var r = Sigmoid(gates[R + j] + recurrent[j] + bias[R + j]);
            var z = Sigmoid(gates[Z + j] + recurrent[R + j] + bias[Z + j]);
            var m = recurrent[Z + j] + bias[M + j];
            var n = MathF.Tanh(gates[j] + bias[j] + r * m);
            gates[j] = n; gates[R + j] = r; gates[Z + j] = z; gates[M + j] = m;
            next[j] = n + z * (previous[j] - n);
        }
    }

    /// <summary>Twin of <see cref="GruStep.BackwardAfter"/>.</summary>
    public static void GruBackwardAfter(int hidden, int from, Span<float> gates, ReadOnlySpan<float> previous, Span<float> gradient)
    {
        int R = hidden, Z = 2 * hidden, M = 3 * hidden;
        for (var j = from; j < hidden; j++)
        {
            float n = gates[j], r = gates[R + j], z = gates[Z + j], m = gates[M + j], d = gradient[j];
            var dn = d * (1f - z) * (1f - n * n);
            gates[j] = dn;
            gates[R + j] = dn * m * (r * (1f - r));
            gates[Z + j] = d * (previous[j] - n) * (z * (1f - z));
            gates[M + j] = dn * r;
            gradient[j] = d * z;
        }
    }

    /// <summary>Twin of <see cref="GruStep.ForwardBeforeReset"/>.</summary>
    public static void GruForwardBeforeReset(int hidden, int from, Span<float> gates, ReadOnlySpan<float> recurrent, ReadOnlySpan<float> bias, ReadOnlySpan<float> previous)
    {
        int R = hidden, Z = 2 * hidden, M = 3 * hidden;
        for (var j = from; j < hidden; j++)
        {
            var r = Sigmoid(gates[R + j] + recurrent[j] + bias[R + j]);
            gates[R + j] = r;
            gates[Z + j] = Sigmoid(gates[Z + j] + recurrent[R + j] + bias[Z + j]);
            gates[M + j] = r * previous[j];
        }
    }

    /// <summary>Twin of <see cref="GruStep.ForwardBeforeState"/>.</summary>
    public static void GruForwardBeforeState(int hidden, int from, Span<float> gates, ReadOnlySpan<float> product, ReadOnlySpan<float> bias, ReadOnlySpan<float> previous, Span<float> next)
    {
        for (var j = from; j < hidden; j++)
        {
            var n = MathF.Tanh(gates[j] + product[j] + bias[j]);
            gates[j] = n;
            next[j] = n + gates[2 * hidden + j] * (previous[j] - n);
        }
    }

    /// <summary>Twin of <see cref="GruStep.BackwardBeforeState"/>.</summary>
    public static void GruBackwardBeforeState(int hidden, int from, Span<float> gates, ReadOnlySpan<float> previous, Span<float> gradient)
    {
        var Z = 2 * hidden;
        for (var j = from; j < hidden; j++)
        {
            float n = gates[j], z = gates[Z + j], d = gradient[j];
            gates[Z + j] = d * (previous[j] - n) * (z * (1f - z));
            gates[j] = d * (1f - z) * (1f - n * n);
            gradient[j] = d * z;
        }
    }

    /// <summary>Twin of <see cref="GruStep.BackwardBeforeReset"/>.</summary>
    public static void GruBackwardBeforeReset(int hidden, int from, Span<float> gates, ReadOnlySpan<float> product, ReadOnlySpan<float> previous, Span<float> gradient)
    {
        for (var j = from; j < hidden; j++)
        {
            var r = gates[hidden + j];
            gradient[j] += product[j] * r;
            gates[hidden + j] = product[j] * previous[j] * (r * (1f - r));
        }
    }

    /// <summary>Twin of <see cref="LstmStep.Forward(int, Span{float}, ReadOnlySpan{float}, ReadOnlySpan{float}, Span{float})"/>.</summary>
    public static void LstmForward(int hidden, int from, Span<float> gates, ReadOnlySpan<float> bias, ReadOnlySpan<float> cell, Span<float> next)
    {
        int F = hidden, G = 2 * hidden, O = 3 * hidden;
        for (var j = from; j < hidden; j++)
        {
            var i = Sigmoid(gates[j] + bias[j]);
            var f = Sigmoid(gates[F + j] + bias[F + j]);
            var g = MathF.Tanh(gates[G + j] + bias[G + j]);
            var o = Sigmoid(gates[O + j] + bias[O + j]);
            var c = f * cell[j] + i * g;
            gates[j] = i; gates[F + j] = f; gates[G + j] = g; gates[O + j] = o;
            next[hidden + j] = c;
            next[j] = o * MathF.Tanh(c);
        }
    }

    /// <summary>Twin of <see cref="LstmStep.Backward(int, Span{float}, ReadOnlySpan{float}, ReadOnlySpan{float}, Span{float})"/>.</summary>
    public static void LstmBackward(int hidden, int from, Span<float> gates, ReadOnlySpan<float> cell, ReadOnlySpan<float> nextCell, Span<float> gradient)
    {
        int F = hidden, G = 2 * hidden, O = 3 * hidden;
        for (var j = from; j < hidden; j++)
        {
            float i = gates[j], f = gates[F + j], g = gates[G + j], o = gates[O + j], dh = gradient[j];
            var tanh = MathF.Tanh(nextCell[j]);
            var dc = gradient[hidden + j] + dh * o * (1f - tanh * tanh);
            gates[j] = dc * g * (i * (1f - i));
            gates[F + j] = dc * cell[j] * (f * (1f - f));
            gates[G + j] = dc * i * (1f - g * g);
            gates[O + j] = dh * tanh * (o * (1f - o));
            gradient[hidden + j] = dc * f;
            gradient[j] = 0f;
        }
    }

    /// <summary>Twin of <see cref="VectorOps.AddScaled(Span{float}, ReadOnlySpan{float}, float)"/>.</summary>
    public static void AddScaled(Span<float> target, ReadOnlySpan<float> source, float factor)
    {
        for (var i = 0; i < target.Length; i++) target[i] += factor * source[i];
    }

    /// <summary>Twin of <see cref="VectorOps.Adam(Span{float}, ReadOnlySpan{float}, Span{float}, Span{float}, float, float, float, float, float, float)"/>.</summary>
    public static void Adam(Span<float> parameters, ReadOnlySpan<float> gradient, Span<float> m, Span<float> v, float beta1, float beta2, float epsilon, float stepSize, float rootScale, float decay)
    {
        for (var i = 0; i < parameters.Length; i++)
        {
            var g = gradient[i];
            m[i] = beta1 * m[i] + (1f - beta1) * g;
            v[i] = beta2 * v[i] + (1f - beta2) * g * g;
            parameters[i] = parameters[i] * (1f - decay) - stepSize * m[i] / (MathF.Sqrt(v[i]) * rootScale + epsilon);
        }
    }
}
