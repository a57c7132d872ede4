// The plain-loop twins of the element-wise kernels: the specification, the tests' oracle, and what does the rest of a span.
namespace GruMlNet.Engine.Kernels;

/// <summary>
/// Each method computes what its fast namesake computes, one value at a time; the fast kernels leave them what is left over of whole vectors.
/// The twins of the recurrent kernels, which know whole vectors only, are the tests'.
/// </summary>
internal static class ReferenceKernels
{
    public static float Sigmoid(float x) => 1f / (1f + MathF.Exp(-x));

    /// <summary>Twin of <see cref="VectorOps.AddRows(int, int, ReadOnlySpan{float}, Span{float})"/>, from one column on.</summary>
    public static void AddRows(int rows, int stride, int from, ReadOnlySpan<float> source, Span<float> target)
    {
        for (var j = from; j < target.Length; j++)
            for (var i = 0; i < rows; i++)
                target[j] += source[i * stride + j];
    }

    /// <summary>Twin of <see cref="VectorOps.AddScaled(Span{float}, ReadOnlySpan{float}, float)"/>.</summary>
    public static void AddScaled(Span<float> target, ReadOnlySpan<float> source, float factor)
    {
        for (var i = 0; i < target.Length; i++) target[i] += factor * source[i];
    }

    /// <summary>Twin of <see cref="VectorOps.Multiply"/>.</summary>
    public static void Multiply(Span<float> target, ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        for (var i = 0; i < target.Length; i++) target[i] = a[i] * b[i];
    }

    /// <summary>Twin of <see cref="VectorOps.AddProduct"/>.</summary>
    public static void AddProduct(Span<float> target, ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        for (var i = 0; i < target.Length; i++) target[i] += a[i] * b[i];
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
