// How much time a training may take, in words.
namespace GruMlNet;

/// <summary>How much computation a training may spend; the rest is chosen from the data.</summary>
public enum TrainingBudget
{
    /// <summary>A first look: one network and a quarter of the steps.</summary>
    Fast,

    /// <summary>Accurate within a minute or two on a few hundred series.</summary>
    Default,

    /// <summary>More networks and longer training: several times the time of <see cref="Default"/>.</summary>
    Thorough,
}
