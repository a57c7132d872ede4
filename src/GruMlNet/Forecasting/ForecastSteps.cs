using GruMlNet.Data;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GruMlNet;

/// <summary>Forecasts in long form: a view in memory with one row per series and step.</summary>
internal static class ForecastSteps
{
    private const string StepColumn = "Step";

    /// <summary>"Step", or "StepAhead" where another of the columns has that name.</summary>
    private static string FreeName(ForecastColumns columns)
    {
        string[] taken = [.. ((string?[])[columns.Inputs.Series, columns.Inputs.Time]).OfType<string>(), .. columns.Added.Select(added => added.Name)];
        string name = StepColumn;
        while (taken.Contains(name, StringComparer.Ordinal))
            name += "Ahead";
        return name;
    }

    internal static IDataView Of(GruForecastTransformer transformer, IDataView input)
    {
        ForecastColumns columns = transformer.Columns;
        var forecasts = ForecastRows.Read(transformer, input, lastRowsOnly: true, needsBounds: columns.HasBounds, new UnseenValues(transformer));
        int horizon = transformer.Horizon, count = checked(forecasts.Count * horizon);
        var builder = new ArrayDataViewBuilder(transformer.Host);
        if (columns.Inputs.Series is { } series)
            builder.AddColumn(series, (PrimitiveDataViewType)TextDataViewType.Instance, Fill(s => forecasts.SeriesOf(s).AsMemory()));
        builder.AddColumn(FreeName(columns), NumberDataViewType.Int32, [.. Enumerable.Range(0, count).Select(i => i % horizon + 1)]);
        if (columns.Inputs.Time is { } time && transformer.Clock.Unit != ClockUnit.Rows)
        {
            if (transformer.Clock.IsDate)
                builder.AddColumn(time, DateTimeDataViewType.Instance, Times(ticks => new DateTime((long)ticks)));
            else
                builder.AddColumn(time, NumberDataViewType.Double, Times(number => (double)number));
        }

        foreach (AddedColumn added in columns.Added)
        {
            var values = new float[count];
            for (int s = 0; s < forecasts.Count; s++)
                forecasts[s].Part(added).CopyTo(values, s * horizon);
            builder.AddColumn(added.Name, NumberDataViewType.Single, values);
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
