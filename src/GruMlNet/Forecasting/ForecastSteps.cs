using GruMlNet.Data;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet;

/// <summary>Forecasts in long form: a view in memory with one row per series and step.</summary>
internal static class ForecastSteps
{
    internal const string StepColumn = "Step";

    internal static IDataView Of(GruForecastTransformer transformer, IDataView input)
    {
        ForecastColumns columns = transformer.Columns;
        var forecasts = ForecastRows.Read(transformer, input, lastRowsOnly: true, needsBounds: columns.Added.Count > 1);
        int horizon = transformer.Horizon, count = checked(forecasts.Count * horizon);
        var builder = new ArrayDataViewBuilder(transformer.Host);
        if (columns.Inputs.Series is { } series)
            builder.AddColumn(series, (PrimitiveDataViewType)TextDataViewType.Instance, Fill(s => forecasts.SeriesOf(s).AsMemory()));
        builder.AddColumn(StepColumn, NumberDataViewType.Int32, [.. Enumerable.Range(0, count).Select(i => i % horizon + 1)]);
        if (columns.Inputs.Time is { } time && transformer.Clock.Unit != ClockUnit.Rows)
        {
            if (transformer.Clock.IsDate)
                builder.AddColumn(time, DateTimeDataViewType.Instance, Times(ticks => new DateTime((long)ticks)));
            else
                builder.AddColumn(time, NumberDataViewType.Double, Times(number => (double)number));
        }

        foreach ((string name, ForecastPart part) in columns.Added)
        {
            var values = new float[count];
            for (int s = 0; s < forecasts.Count; s++)
                forecasts[s].Part(part).CopyTo(values, s * horizon);
            builder.AddColumn(name, NumberDataViewType.Single, values);
        }

        return builder.GetDataView();

        T[] Fill<T>(Func<int, T> of)
        {
            var all = new T[count];
            for (int i = 0; i < count; i++)
                all[i] = of(i / horizon);
            return all;
        }

        T[] Times<T>(Func<decimal, T> convert)
        {
            var all = new T[count];
            for (int i = 0; i < count; i++)
            {
                if (forecasts.TimeOf(i / horizon) is { } last && transformer.Clock.After(last, i % horizon + 1) is { } when)
                    all[i] = convert(when);
            }

            return all;
        }
    }
}
