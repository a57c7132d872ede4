namespace GruMlNet.Evaluation;

/// <summary>Where a backtest forecasts from: several ends of the known past, moving forward to the last one that leaves a whole horizon of actual values.</summary>
internal readonly record struct RollingOrigin
{
    /// <param name="horizon">Steps that are forecast from each origin, at least 1.</param>
    /// <param name="windows">Number of origins, at least 1.</param>
    /// <param name="stride">Steps from one origin to the next, at least 1.</param>
    internal RollingOrigin(int horizon, int windows, int stride)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(horizon, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(windows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        (Horizon, Windows, Stride) = (horizon, windows, stride);
    }

    internal int Horizon { get; }

    internal int Windows { get; }

    internal int Stride { get; }

    /// <summary>Steps at the end of a series that are not known at origin <paramref name="window"/>; the earliest origin is 0.</summary>
    internal int Unknown(int window) => checked(Horizon + (Windows - 1 - window) * Stride);

    /// <summary>Says what to change where no series is long enough for the earliest origin.</summary>
    internal void CheckLength(int longest)
    {
        if (longest <= Unknown(0))
            throw new ArgumentException($"A backtest with horizon {Horizon}, {Counted.Of(Windows, "window")} and stride {Stride} needs a series of more than {Counted.Of(Unknown(0), "step")}, but the longest has {longest}: take a shorter horizon, fewer windows or a smaller stride.");
    }

    /// <summary>The known past of a series at an origin; empty where it had not begun.</summary>
    internal ReadOnlyMemory<float> History(ReadOnlyMemory<float> series, int window) => series[..Math.Max(0, series.Length - Unknown(window))];

    /// <summary>What came after that origin; to be asked for only where there is a history.</summary>
    internal ReadOnlyMemory<float> Actual(ReadOnlyMemory<float> series, int window) => series.Slice(series.Length - Unknown(window), Horizon);
}
