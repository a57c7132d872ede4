// The rows that go into the pipeline and come out of it.
using Microsoft.ML.Data;

namespace QuickStart;

/// <summary>One month of the data file.</summary>
internal sealed class Month
{
    [LoadColumn(0)] public DateTime Time { get; set; }

    [LoadColumn(1)] public float Passengers { get; set; }
}

/// <summary>What the forecaster adds: the next twelve months with bounds.</summary>
internal sealed class Outlook
{
    public float[] Forecast { get; set; } = [];

    public float[] Lower { get; set; } = [];

    public float[] Upper { get; set; } = [];
}
