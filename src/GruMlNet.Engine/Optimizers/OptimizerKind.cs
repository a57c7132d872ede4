// The optimizers to choose from.
namespace GruMlNet.Engine.Optimizers;

/// <summary>How parameters follow their gradient.</summary>
public enum OptimizerKind
{
    /// <summary>Adam (Kingma and Ba 2015); with a weight decay it is AdamW (Loshchilov and Hutter 2019).</summary>
    Adam,

    /// <summary>Stochastic gradient descent with momentum (Polyak 1964); the weight decay is an L2 penalty.</summary>
    Sgd,
}
