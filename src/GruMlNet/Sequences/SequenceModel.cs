// The networks of a sequence model, and what they make of a sequence together.
using GruMlNet.Engine.Networks;
using GruMlNet.Engine.Serialization;

namespace GruMlNet.Sequences;

/// <summary>A network and how it wants its steps cut.</summary>
internal sealed record SequenceMember(StepLayout Layout, RecurrentNetwork Network);

/// <summary>Immutable and thread-safe; scratch memory belongs to the caller.</summary>
internal sealed class SequenceModel(SequencePlan plan, SequenceTask task, IReadOnlyList<SequenceMember> members)
{
    private const int MaxMembers = 100;

    public SequencePlan Plan => plan;

    public SequenceTask Task => task;

    public IReadOnlyList<SequenceMember> Members => members;

    public SequenceScratch CreateScratch() => new(this);

    /// <summary>The mean of the networks' answers: probabilities or a number, [O], or [T,O] per step, NaN for steps beyond the longest that is read; or the encoding, or the error of an auto-encoder. Valid until the scratch is used again.</summary>
    public ReadOnlySpan<float> Predict(ReadOnlySpan<float> values, ReadOnlySpan<int> tokens, int steps, SequenceScratch scratch)
    {
        scratch.Prepared.Prepare(values, tokens, steps, plan);
        var outputs = task.IsReconstruction ? 1 : (task.IsPerStep ? steps : 1) * task.Outputs;
        var sum = scratch.Sum(outputs);
        if (outputs == 0) return sum;
        if (task.IsReconstruction)
        {
            sum[0] = SequenceReconstruction.Error(this, scratch);
            return sum;
        }
        if (task.Kind == TaskKind.Encoding)
        {
            members[0].Network.Encode(scratch.Fill(0), sum);
            scratch.Prepared.Context.AsSpan(0, plan.ContextSize).CopyTo(sum[^plan.ContextSize..]);
            return sum;
        }
        var first = 0;
        if (task.IsPerStep && steps > scratch.Prepared.Steps)
        {
            // Steps that were cut off have no answer.
            first = plan.CutAtStart(steps) * task.Outputs;
            sum.Fill(float.NaN);
            sum.Slice(first, scratch.Prepared.Steps * task.Outputs).Clear();
        }
        for (var m = 0; m < members.Count; m++)
        {
            var batch = scratch.Fill(m);
            var output = scratch.Output(batch.OutputRows * task.Outputs);
            members[m].Network.Predict(batch, output);
            var own = output[..(task.IsPerStep ? scratch.Prepared.Steps * task.Outputs : outputs)];
            task.Finish(own);
            var place = sum[first..];
            for (var i = 0; i < own.Length; i++) place[i] += own[i] / members.Count;
        }
        return sum;
    }

    public void Save(BinaryWriter writer)
    {
        plan.Save(writer);
        task.Save(writer);
        writer.Write(members.Count);
        foreach (var member in members)
        {
            member.Layout.Save(writer);
            WeightsFile.WriteNetwork(writer, member.Network);
        }
    }

    public static SequenceModel Load(BinaryReader reader)
    {
        var plan = SequencePlan.Load(reader);
        var task = SequenceTask.Load(reader);
        var count = reader.ReadInt32();
        if (count is < 1 or > MaxMembers) throw new InvalidDataException($"A model of {count} networks is impossible: the file is damaged. Use another copy.");
        var members = new SequenceMember[count];
        for (var i = 0; i < count; i++)
        {
            var layout = StepLayout.Load(reader);
            members[i] = new SequenceMember(layout, WeightsFile.ReadNetwork(reader));
            var shape = members[i].Network.Shape;
            if (shape.InputSize != SequenceRules.InputSize(plan, layout) || shape.OutputSize != SequenceRules.OutputSize(task, layout, shape.FutureSteps) || task.IsReconstruction != shape.FutureSteps > 0 || shape.ContextSize != SequenceRules.ContextSize(plan, task) || (shape.Pooling == Engine.SequencePooling.Whole) != task.IsPerStep)
                throw new InvalidDataException("A network does not fit the columns it is for: the file is damaged. Use another copy.");
        }
        if (task.Kind == TaskKind.Encoding && (count != 1 || task.Outputs != members[0].Network.Shape.EncodingSize + plan.ContextSize))
            throw new InvalidDataException("The network of the encoder does not fit its column: the file is damaged. Use another copy.");
        if (task.IsReconstruction && (count != 1 || task.Outputs != (plan.IsTokens ? Math.Max(2, plan.Vocabulary) : plan.Features)) || task.Kind == TaskKind.Reconstruction && plan.Errors.Length == 0)
            throw new InvalidDataException("The network of the auto-encoder does not fit its columns: the file is damaged. Use another copy.");
        return new SequenceModel(plan, task, members);
    }
}

/// <summary>Buffers for one caller at a time.</summary>
internal sealed class SequenceScratch(SequenceModel model)
{
    /// <summary>The buffers of longer sequences are not kept: those of all networks together would be large, and making them costs nothing beside reading the sequence.</summary>
    private const int MostKeptSteps = 1 << 14;

    private readonly SequenceBatch?[] _batches = new SequenceBatch?[model.Members.Count];
    private float[] _output = [], _sum = [];

    public PreparedSequence Prepared { get; } = new();

    /// <summary>The prepared sequence as a batch of one row for a network.</summary>
    public SequenceBatch Fill(int member) => Fill(member, 0, model.Members[member].Layout.Count(Prepared.Steps));

    /// <summary>Some of the network's steps over the prepared sequence.</summary>
    public SequenceBatch Fill(int member, int first, int count)
    {
        var (layout, network) = model.Members[member];
        var steps = Math.Max(1, count);
        if (_batches[member] is not { } batch || batch.MaxSteps < steps)
        {
            var room = steps > MostKeptSteps ? steps : Math.Min(MostKeptSteps, Math.Max(steps, 2 * (_batches[member]?.MaxSteps ?? 0)));
            batch = new SequenceBatch(network.Shape, room, 1) { HasLengths = true };
            if (room <= MostKeptSteps) _batches[member] = batch;
        }
        batch.Steps = steps;
        layout.Write(Prepared.Channels, Prepared.Tokens, Prepared.Context.AsSpan(0, model.Plan.ContextSize), Prepared.Steps, model.Plan, batch, 0, first, count);
        return batch;
    }

    public Span<float> Output(int size) => Grow(ref _output, size);

    /// <summary>Zeros.</summary>
    public Span<float> Sum(int size)
    {
        var sum = Grow(ref _sum, size);
        sum.Clear();
        return sum;
    }

    private static Span<float> Grow(ref float[] buffer, int size)
    {
        if (buffer.Length < size) buffer = new float[size];
        return buffer.AsSpan(0, size);
    }
}
