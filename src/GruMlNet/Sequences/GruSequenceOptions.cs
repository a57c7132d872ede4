// What a user may decide about a network for sequences and its training; everything left null is decided from the data.
using GruMlNet.Engine;
using GruMlNet.Engine.Training;

namespace GruMlNet;

/// <summary>
/// Model and training settings of everything that reads sequences: the encoder and the trainers. The defaults are meant to be left alone: each null is chosen
/// from the data, and the choice is written to the log.
/// </summary>
public sealed class GruSequenceOptions
{
    /// <summary>Width of the recurrent state; 1 to 1,024. Null, the default: 32, or 64 from 1,000 sequences on.</summary>
    public int? HiddenSize { get; set; }

    /// <summary>Recurrent layers on top of one another; 1 to 16, default 1.</summary>
    public int Layers { get; set; } = 1;

    /// <summary>The recurrent cell. Default: GRU.</summary>
    public RecurrentCell Cell { get; set; } = RecurrentCell.Gru;

    /// <summary>Where a GRU's reset gate is applied. Default: after the recurrent product.</summary>
    public ResetMode Reset { get; set; } = ResetMode.After;

    /// <summary>Whether sequences are read in both directions. Default: true. The next step is always learnt from the past to the future.</summary>
    public bool Bidirectional { get; set; } = true;

    /// <summary>What becomes of the states over time. Null, the default: the networks of the ensemble differ. Not used per step.</summary>
    public SequencePooling? Pooling { get; set; }

    /// <summary>Raw steps that the network sees at once; 1 to 10,000. Null, the default: a few strides, different ones within the ensemble. Not used of more than 40 different tokens, which are read one by one.</summary>
    public int? WindowLength { get; set; }

    /// <summary>Raw steps from one window to the next; 1 to 10,000. Null, the default: so that a typical sequence makes about 48 windows. Must be 1 for classes per step; not used of more than 40 different tokens.</summary>
    public int? WindowStride { get; set; }

    /// <summary>
    /// Steps of a network (windows) that back-propagation goes through at once; 1 to 100,000. Null, the default: 1,024. Longer sequences are learnt from in pieces, whose memory does not depend on the length.
    /// Where a network reads forward only and answers at every step (classes per step with <see cref="Bidirectional"/> false, the next step), the state goes on from piece to piece and only its
    /// gradient ends there: truncated back-propagation through time (Williams and Peng 1990). Otherwise each piece is an example of its own: with the classes of its steps; with its part of the
    /// weight, and the label, of its sequence; or to be rebuilt. Predictions and encodings are always made of the whole sequence.
    /// </summary>
    public int? BackpropagationSteps { get; set; }

    /// <summary>Whether each sequence is scaled by its own mean and deviation, which then are features of their own, instead of by those of the training data. Null, the default: where there is one channel.</summary>
    public bool? ScalePerSequence { get; set; }

    /// <summary>Whether the changes from step to step are further channels. Null, the default: where there is one channel.</summary>
    public bool? Differences { get; set; }

    /// <summary>How strongly sequences are changed at random while training: shifted, stretched, scaled, with noise; tokens are left out. 0 for none, at most 5. Null, the default: 1, or 0.3 where a number is to be estimated. Not used per step, nor without labels.</summary>
    public float? Augmentation { get; set; }

    /// <summary>Dropout on the pooled state and between layers; 0 to below 1. Null, the default: 0.3 (0.5 for classes per step) and 0.2. Without labels only between layers.</summary>
    public float? Dropout { get; set; }

    /// <summary>Dropout on the recurrent state with one mask over all steps of a sequence; 0, the default, to below 1.</summary>
    public float RecurrentDropout { get; set; }

    /// <summary>Whether the recurrent layers are normalised. Default: false.</summary>
    public bool LayerNorm { get; set; }

    /// <summary>How much of the certainty of each class label is spread over the other classes; 0 to below 1. Null, the default: 0.1.</summary>
    public float? LabelSmoothing { get; set; }

    /// <summary>Networks whose answers are averaged; 1 to 100. Null, the default: 5.</summary>
    public int? EnsembleSize { get; set; }

    /// <summary>Share of the training sequences that is only used to choose the epoch whose weights are kept; 0, the default, to below 1.</summary>
    public float ValidationFraction { get; set; }

    /// <summary>Seed of initial weights, order of examples, random changes and dropout. Null, the default: the seed of the MLContext, or 0 where it has none.</summary>
    public int? Seed { get; set; }

    /// <summary>Networks that are trained at the same time; 1 to 1,024. Null, the default: the number of processors. The result does not depend on it, unless <see cref="Progress"/> ends training early.</summary>
    public int? Threads { get; set; }

    /// <summary>Settings of the training run. Null, the default: chosen from the amount of data. Its seed, threads and progress callback are not used: see the properties here. Its patience (early stopping) needs validation data or a <see cref="ValidationFraction"/>.</summary>
    public TrainerOptions? Training { get; set; }

    /// <summary>Called after each epoch of each network, on a training thread, by one network at a time; epochs and steps are counted over all networks. Returning false ends training with the best weights so far of the networks that have begun. Default null.</summary>
    public Func<TrainingProgress, bool>? Progress { get; set; }

    /// <summary>Cancels training with an <see cref="OperationCanceledException"/>; looked at before every step. Default none.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>A copy that later changes of this one do not reach.</summary>
    internal GruSequenceOptions Clone()
    {
        var copy = (GruSequenceOptions)MemberwiseClone();
        copy.Training = Training?.Clone();
        return copy;
    }

    /// <summary>Checks every value and reports all that are out of range together.</summary>
    /// <exception cref="ArgumentException">Something is out of range; the message lists each option, its value and its range.</exception>
    public void Validate()
    {
        var problems = new List<string>();
        Range(nameof(HiddenSize), HiddenSize, 1, 1024);
        Range(nameof(Layers), Layers, 1, 16);
        Range(nameof(WindowLength), WindowLength, 1, 10_000);
        Range(nameof(WindowStride), WindowStride, 1, 10_000);
        Range(nameof(BackpropagationSteps), BackpropagationSteps, 1, Sequences.SequenceLimits.MaxLength);
        Range(nameof(EnsembleSize), EnsembleSize, 1, 100);
        Range(nameof(Threads), Threads, 1, 1024);
        Known(nameof(Cell), Cell);
        Known(nameof(Reset), Reset);
        if (Pooling is { } pooling) Known(nameof(Pooling), pooling);
        if (Pooling == SequencePooling.Whole) problems.Add("Pooling must bring a sequence to one vector, got Whole: use Last, Mean, Max, Attention or LastMeanMax.");
        Rate(nameof(Dropout), Dropout);
        Rate(nameof(RecurrentDropout), RecurrentDropout);
        Rate(nameof(LabelSmoothing), LabelSmoothing);
        Rate(nameof(ValidationFraction), ValidationFraction);
        if (Augmentation is { } strength && !(strength >= 0f && strength <= 5f)) problems.Add(FormattableString.Invariant($"Augmentation must be 0 to 5, got {strength}."));
        try
        {
            Training?.Validate();
        }
        catch (ArgumentException e)
        {
            problems.Add("Training: " + e.Message);
        }
        if (problems.Count > 0) throw new ArgumentException(string.Join(" ", problems));

        void Range(string name, int? value, int min, int max)
        {
            if (value < min || value > max) problems.Add(FormattableString.Invariant($"{name} must be {min} to {max}, got {value}."));
        }

        void Rate(string name, float? value)
        {
            if (value is { } rate && !(rate >= 0f && rate < 1f)) problems.Add(FormattableString.Invariant($"{name} must be at least 0 and below 1, got {rate}."));
        }

        void Known<T>(string name, T value) where T : struct, Enum
        {
            if (!Enum.IsDefined(value)) problems.Add($"{name} must be one of {string.Join(", ", Enum.GetNames<T>())}, got {value}.");
        }
    }
}
