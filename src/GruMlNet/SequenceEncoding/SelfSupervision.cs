// What an encoder can learn from sequences alone.
namespace GruMlNet;

/// <summary>What an encoder learns where there is no label.</summary>
public enum SelfSupervision
{
    /// <summary>To rebuild the whole sequence from its encoding (Malhotra et al. 2016), reading it as <see cref="GruSequenceOptions.Bidirectional"/> says.</summary>
    AutoEncoder,

    /// <summary>To guess what follows each step, from the past to the future.</summary>
    NextStep,
}
