// The contract applied to several series in one view: by time with everything beside the values, and without a time column.

using GruMlNet.FreshProcess;
using GruMlNet.Tests.Contract;
using Microsoft.ML;

namespace GruMlNet.Tests.Forecasting;

public abstract class ManySeriesContract : EstimatorContract<ShopRow, BoundedForecast>
{
    protected override IReadOnlyList<string> InputColumns => [.. CreateOptions("Forecast").Inputs().Names];

    protected override IReadOnlyList<string> OutputColumns => ["Forecast", "Lower", "Upper"];

    protected override string LabelColumn => "Label";

    protected override bool IsRowToRow => false;

    protected override IEnumerable<InvalidInput> InvalidInputs =>
    [
        new("no series", ml => ml.Data.LoadFromEnumerable([new { Value = 1f, Time = default(DateTime), Label = 1f }]), "column 'Shop'"),
        new("series of numbers", ml => ml.Data.LoadFromEnumerable([new { Value = 1f, Time = default(DateTime), Shop = 1f, Label = 1f }]), "'Shop'", "text, a key, or an integer", "got Single"),
    ];

    protected override IEnumerable<UnusualRows<ShopRow>> UnusualInputs =>
    [
        new("empty", []) { FitMessage = ["'Value'", "rows", "check"] },
        new("one row", [Shops.Row(0, 0)]) { FitMessage = ["1 ", "horizon"] },
        new("one short series among others", [.. Shops.Rows(120, shops: 2), Shops.Row(5, 0, 1), Shops.Row(5, 1)]),
        new("a series without values", [.. Shops.Rows(60, shops: 2), .. Missing(3, 20)]),
        new("all missing", [.. Missing(0, 30), .. Missing(1, 30)]) { FitMessage = ["'Value'", "missing"] },
        new("infinity", [.. Shops.Rows(30, shops: 2), Infinite(2)]) { FitMessage = ["'Value'", "infin", "row 60"], TransformMessage = ["'Value'", "infin", "row 60"] },
        new("zeros", [.. Shops.Rows(60, shops: 2).Select(row => Changed(row, 0))]),
        new("negative", [.. Shops.Rows(60, shops: 2).Select(row => Changed(row, -row.Value))]),
        new("never seen", [.. Shops.Rows(40, shops: 1).Select(Renamed)]),
        new("series mixed", [.. Shops.Rows(40, shops: 3).OrderBy(row => row.Time)]),
    ];

    protected override IReadOnlyList<ShopRow> CreateRows(int variant)
    {
        return Shops.Rows(variant: variant);
    }

    protected override (ShopRow One, ShopRow Other) CreateNextRows()
    {
        return (Shops.Row(0, Shops.Length), Changed(Shops.Row(0, Shops.Length), 55));
    }

    protected abstract GruForecastEstimator.Options CreateOptions(string output);

    protected override IEstimator<ITransformer> CreateEstimator(MLContext ml)
    {
        return ml.Forecasting.ForecastByGru(CreateOptions("Forecast"));
    }

    protected override IEstimator<ITransformer> CreateInPlaceEstimator(MLContext ml)
    {
        return ml.Forecasting.ForecastByGru(CreateOptions("Value"));
    }

    protected override IEstimator<ITransformer> CreateCancellableEstimator(MLContext ml, Action progress, CancellationToken token)
    {
        GruForecastEstimator.Options options = CreateOptions("Forecast");
        options.Model.Progress = Series.AndContinue(progress);
        options.Model.CancellationToken = token;
        return ml.Forecasting.ForecastByGru(options);
    }

    protected override IContractEngine<ShopRow, BoundedForecast> CreateEngine(MLContext ml, ITransformer model)
    {
        return new Engine(ml, model.CreateGruForecastEngine<ShopRow, BoundedForecast>(ml));
    }

    protected static ShopRow Changed(ShopRow row, float value)
    {
        row.Value = value;
        return row;
    }

    private static ShopRow Renamed(ShopRow row)
    {
        row.Shop = "never seen";
        return row;
    }

    private static ShopRow Infinite(int shop)
    {
        return Changed(Shops.Row(shop, 0), float.NegativeInfinity);
    }

    private static IEnumerable<ShopRow> Missing(int shop, int count)
    {
        return Enumerable.Range(0, count).Select(step => Changed(Shops.Row(shop, step, count - 1 - step), float.NaN));
    }

    /// <summary>Tells the engine of the steps ahead as much as Transform finds in the rows that follow.</summary>
    private sealed class Engine(MLContext ml, GruForecastEngine<ShopRow, BoundedForecast> engine) : IContractEngine<ShopRow, BoundedForecast>
    {
        private ShopRow? last;

        public BoundedForecast Predict(ShopRow row)
        {
            last = row;
            return engine.Predict(row, future: Future());
        }

        public BoundedForecast Predict()
        {
            return engine.Predict(last?.Shop ?? "A", future: Future());
        }

        public void Update(ShopRow row)
        {
            last = row;
            engine.Update(row);
        }

        public void Reset()
        {
            engine.Reset();
        }

        public void CheckPoint(Stream stream)
        {
            engine.CheckPoint(ml, stream);
        }

        private ShopRow[] Future()
        {
            if (last is null)
                return [];
            int shop = Math.Max(0, Array.IndexOf(Shops.Names, last.Shop));
            int step = (int)(last.Time - Shops.Row(0, 0).Time).TotalDays;
            ShopRow[] future = Shops.Future(shop, step + 1, Math.Min(last.Following, TinyForecasts.Horizon));
            foreach (ShopRow row in future)
                row.Shop = last.Shop;
            return future;
        }
    }
}

public sealed class ManySeriesContractTests : ManySeriesContract
{
    protected override GruForecastEstimator.Options CreateOptions(string output)
    {
        GruForecastEstimator.Options options = Shops.Options(output);
        options.TimeColumnName = null;
        return options;
    }
}

public sealed class ManySeriesWithCovariatesContractTests : ManySeriesContract
{
    protected override IEnumerable<InvalidInput> InvalidInputs =>
    [
        .. base.InvalidInputs,
        Without("Visitors", row => new { row.Shop, row.Time, row.Value, row.Promotion, Weather = 1f, row.Holiday, row.Region, row.Size, row.Label }),
        Without("Promotion", row => new { row.Shop, row.Time, row.Value, row.Visitors, Weather = 1f, row.Holiday, row.Region, row.Size, row.Label }),
        Without("Holiday", row => new { row.Shop, row.Time, row.Value, row.Visitors, Weather = 1f, row.Promotion, row.Region, row.Size, row.Label }),
        Without("Region", row => new { row.Shop, row.Time, row.Value, row.Visitors, Weather = 1f, row.Promotion, row.Holiday, row.Size, row.Label }),
        new("a vector of any length", ml => ml.Data.LoadFromEnumerable([new { Shop = "A", Time = default(DateTime), Value = 1f, Visitors = 1f, Promotion = new float[] { 1 }, Weather = 1f, Holiday = "", Region = "", Size = 1f, Label = 1f }]),
            "'Promotion'", "vector of Single of known size", "VectorType"),
        new("a covariate of text", ml => ml.Data.LoadFromEnumerable([new { Shop = "A", Time = default(DateTime), Value = 1f, Visitors = "many", Promotion = 1f, Weather = 1f, Holiday = "", Region = "", Size = 1f, Label = 1f }]),
            "'Visitors'", "Single", "got String", "ConvertType"),
    ];

    protected override IEnumerable<UnusualRows<ShopRow>> UnusualInputs =>
    [
        .. base.UnusualInputs,
        new("time repeated", [.. Shops.Rows(60, shops: 2), Shops.Row(1, 30)]) { FitMessage = ["'Time'", "twice", "series 'B'"], TransformMessage = ["'Time'", "twice", "series 'B'"] },
        new("infinite covariate", [Changed(Shops.Row(0, 0), row => row.Visitors = float.PositiveInfinity), .. Shops.Rows(60, shops: 2).Skip(1)])
        {
            FitMessage = ["'Visitors'", "infin", "row 0"],
            TransformMessage = ["'Visitors'", "infin", "row 0"],
        },
        new("static column that changes", [.. Shops.Rows(60, shops: 2), Changed(Shops.Row(1, 60), row => row.Region = "East")])
        {
            FitMessage = ["'Region'", "series 'B'", "row 120", "'East'", "KnownColumns"],
            TransformMessage = ["'Region'", "series 'B'", "row 120", "'East'", "KnownColumns"],
        },
        new("missing covariates", [.. Shops.Rows(60, shops: 2).Select(row => Changed(row, one => one.Visitors = float.NaN))]),
        new("after the training", [.. Enumerable.Range(0, 3).SelectMany(shop => Enumerable.Range(Shops.Length, 9).Select(step => Shops.Row(shop, step, Shops.Length + 8 - step)))]) { ContinuesTraining = true, FitMessage = [] },
    ];

    protected override GruForecastEstimator.Options CreateOptions(string output)
    {
        return Shops.WithCovariates(output);
    }

    private static InvalidInput Without<T>(string column, Func<ShopRow, T> columns)
        where T : class
    {
        return new InvalidInput($"no {column}", ml => ml.Data.LoadFromEnumerable(Shops.Rows(2, shops: 1).Select(columns)), $"column '{column}'");
    }

    private static ShopRow Changed(ShopRow row, Action<ShopRow> change)
    {
        change(row);
        return row;
    }
}
