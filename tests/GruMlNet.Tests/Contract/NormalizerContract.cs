// The contract applied to an estimator of ML.NET itself: what a built-in component keeps, the rules must accept.

using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet.Tests.Contract;

public sealed class NormalizerRow
{
    [VectorType(3)]
    public float[] Input { get; set; } = [];

    public float Label { get; set; }
}

public sealed class NormalizerResult
{
    public float[] Output { get; set; } = [];
}

public abstract class NormalizerContract : EstimatorContract<NormalizerRow, NormalizerResult>
{
    protected override IReadOnlyList<string> InputColumns => ["Input"];

    protected override IReadOnlyList<string> OutputColumns => ["Output"];

    protected override string LabelColumn => "Label";

    protected override bool IsRowToRow => true;

    protected override bool DetectsDamage => false;

    protected override IEnumerable<InvalidInput> InvalidInputs =>
    [
        new("missing", ml => ml.Data.LoadFromEnumerable([new { Other = 1f, Label = 1f }]), "Input"),
        new("wrong type", ml => ml.Data.LoadFromEnumerable([new { Input = "1", Label = 1f }]), "Input"),
    ];

    protected override IEnumerable<UnusualRows<NormalizerRow>> UnusualInputs =>
    [
        new("one row", [.. CreateRows(0).Take(1)]),
        new("constant", [.. Enumerable.Repeat(new NormalizerRow { Input = [2, 2, 2] }, 5)]),
        new("missing values", [new NormalizerRow { Input = [float.NaN, 1, 2] }, new NormalizerRow { Input = [1, 2, 3] }]),
    ];

    protected override IEstimator<ITransformer> CreateEstimator(MLContext ml)
    {
        return ml.Transforms.NormalizeMinMax("Output", "Input");
    }

    protected override IEstimator<ITransformer> CreateInPlaceEstimator(MLContext ml)
    {
        return ml.Transforms.NormalizeMinMax("Input");
    }

    protected override IReadOnlyList<NormalizerRow> CreateRows(int variant)
    {
        return [.. Enumerable.Range(0, 20).Select(i => new NormalizerRow { Input = [i, (i * i) - (50 * variant), (variant + 1) * MathF.Sin(i)], Label = i % 7 })];
    }
}

public sealed class NormalizerContractTests : NormalizerContract;
