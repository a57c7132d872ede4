// Trained weights from and to PyTorch.
using GruMlNet.Engine.Networks;

namespace GruMlNet.Engine.Serialization;

/// <summary>
/// Weights in PyTorch's layout, in safetensors or JSON files: those of torch.nn.GRU, LSTM and RNN under PyTorch's names (weight_ih_l0, weight_hh_l0_reverse, bias_ih_l1 …), behind
/// the name of their module, if it has one; the other layers under the engine's names or under names that are given. JSON is {"name": nested lists}. PyTorch's gate orders are the engine's
/// own; <c>Networks/GateOrder.cs</c> has those of others.
/// </summary>
public static class TorchWeights
{
    /// <summary>Under this key the table of module names gives the name of the recurrent layers' module.</summary>
    public const string RecurrentModule = "recurrent";

    /// <summary>What the recurrent layers in a file are made of: cell, input size, hidden size, layers, directions and biases; all else is the shape's default, with one output.</summary>
    /// <param name="path">A .safetensors or .json file.</param>
    /// <param name="module">Name of the recurrent layers' module, as "encoder.gru"; null, the default: the only one that there is.</param>
    /// <returns>A shape to change with <c>with</c>. A one-gate cell is taken for tanh: the file does not say.</returns>
    /// <exception cref="InvalidDataException">The file is damaged, or has no recurrent layers, or has several and <paramref name="module"/> does not say which.</exception>
    public static NetworkShape ReadShape(string path, string? module = null)
    {
        using var file = TensorFile.Open(path);
        var prefix = Prefix(file, module);
        var input = Matrix(file, prefix + "weight_ih_l0");
        var recurrent = Matrix(file, prefix + "weight_hh_l0");
        var (gates, rest) = Math.DivRem(recurrent[0], Math.Max(1, recurrent[1]));
        if (rest != 0 || gates is not (1 or 3 or 4) || input[0] != recurrent[0])
            throw new InvalidDataException($"'{prefix}weight_hh_l0' [{recurrent[0]},{recurrent[1]}] and '{prefix}weight_ih_l0' [{input[0]},{input[1]}] are no recurrent layer: [N·H,H] and [N·H,I] with N = 1 (RNN), 3 (GRU) or 4 (LSTM) gates are expected.");
        var layers = 1;
        while (file.Sizes.ContainsKey($"{prefix}weight_ih_l{layers}")) layers++;
        return new NetworkShape
        {
            InputSize = input[1],
            OutputSize = 1,
            HiddenSize = recurrent[1],
            Layers = layers,
            Cell = gates switch { 3 => RecurrentCell.Gru, 4 => RecurrentCell.Lstm, _ => RecurrentCell.ElmanTanh },
            Bidirectional = file.Sizes.ContainsKey(prefix + "weight_ih_l0_reverse"),
            Bias = file.Sizes.ContainsKey(prefix + "bias_hh_l0") ? BiasMode.Both : file.Sizes.ContainsKey(prefix + "bias_ih_l0") ? BiasMode.InputOnly : BiasMode.None,
        };
    }

    /// <summary>Replaces a network's weights by those in a file. Where it fails, the network stays as it was.</summary>
    /// <param name="network">Takes all tensors of its recurrent layers, and of its other layers those that the file has; do not use it meanwhile.</param>
    /// <param name="path">A .safetensors or .json file.</param>
    /// <param name="modules">Names of modules in the file, where they differ from the engine's ("head.output", "tokens", "embedding", …; <see cref="RecurrentModule"/> for the recurrent layers): { ["head.output"] = "fc" }.</param>
    /// <returns>The network's tensors that the file does not have, and that therefore are unchanged.</returns>
    /// <exception cref="InvalidDataException">The file is damaged, or its recurrent layers do not fit; the message says which tensor.</exception>
    /// <exception cref="ArgumentException">The network's GRU applies its reset before the product, which PyTorch's does not; or the file's name does not tell its format.</exception>
    public static IReadOnlyList<string> Import(RecurrentNetwork network, string path, IReadOnlyDictionary<string, string>? modules = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        RefuseOtherCell(network);
        using var file = TensorFile.Open(path);
        var prefix = Prefix(file, modules?.GetValueOrDefault(RecurrentModule));
        var wanted = network.Layout.Slices.Select(s => (Slice: s, Name: NameOf(s.Name, prefix, modules))).ToList();
        var missing = wanted.Where(w => !file.Sizes.ContainsKey(w.Name)).Select(w => w.Slice.Name).ToList();
        if (missing.Find(IsRecurrent) is { } lacking) throw new InvalidDataException($"The network has a tensor '{lacking}', and '{path}' has no '{NameOf(lacking, prefix, modules)}'. {Describe(file, prefix)}");
        var names = wanted.Select(w => w.Name).ToHashSet();
        if (file.Sizes.Keys.FirstOrDefault(n => IsRecurrentName(n, prefix) && !names.Contains(n)) is { } surplus)
            throw new InvalidDataException($"'{path}' has a tensor '{surplus}' that the network has no place for: Cell, Layers, Bidirectional or Bias differ. {Describe(file, prefix)}");
        wanted.RemoveAll(w => missing.Contains(w.Slice.Name));
        foreach (var (slice, name) in wanted) CheckSizes(slice, name, file.Sizes[name]);

        var parameters = network.Parameters.ToArray();
        foreach (var (slice, name) in wanted)
        {
            var values = slice.Of(parameters.AsSpan());
            file.Read(name, values);
            foreach (var value in values)
                if (!float.IsFinite(value)) throw new InvalidDataException($"The tensor '{name}' holds {value}, with which no network works: it comes from a training that diverged, or the file is damaged.");
        }
        network.SetParameters(parameters);
        return missing;
    }

    /// <summary>Writes a network's weights into a file, by way of a temporary file beside it: the file is never half-written.</summary>
    /// <param name="network">Not changed.</param>
    /// <param name="path">A name that ends in .safetensors or .json; replaced if it exists.</param>
    /// <param name="modules">As for <see cref="Import"/>; without a name for them the recurrent layers' tensors have PyTorch's bare names.</param>
    /// <exception cref="ArgumentException">The network's GRU applies its reset before the product, which PyTorch's does not; or the file's name does not tell its format.</exception>
    public static void Export(RecurrentNetwork network, string path, IReadOnlyDictionary<string, string>? modules = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        RefuseOtherCell(network);
        var prefix = modules?.GetValueOrDefault(RecurrentModule) is { Length: > 0 } module ? module + "." : "";
        var parameters = network.Parameters.ToArray();
        var tensors = network.Layout.Slices.Select(s => (NameOf(s.Name, prefix, modules), SizesOf(s), (ReadOnlyMemory<float>)parameters.AsMemory(s.Offset, s.Length))).ToList();
        // PyTorch's layers have both biases or none.
        if (network.Shape.Bias == BiasMode.InputOnly)
            tensors.AddRange(network.Layout.Slices.Where(s => IsRecurrent(s.Name) && s.Name.Contains(".bias_ih_", StringComparison.Ordinal))
                .Select(s => (NameOf(s.Name.Replace(".bias_ih_", ".bias_hh_", StringComparison.Ordinal), prefix, modules), SizesOf(s), (ReadOnlyMemory<float>)new float[s.Length])));
        TensorFile.Write(path, tensors);
    }

    private static void RefuseOtherCell(RecurrentNetwork network)
    {
        if (network.Shape is { Cell: RecurrentCell.Gru, Reset: ResetMode.Before })
            throw new ArgumentException("PyTorch's GRU applies its reset after the product; weights of a network with ResetMode.Before mean something else there. Use ResetMode.After, or WeightsFile to save and load.", nameof(network));
    }

    /// <summary>The engine's recurrent tensors are named gru.…, lstm.… or rnn.….</summary>
    private static bool IsRecurrent(string name) => name.StartsWith("gru.", StringComparison.Ordinal) || name.StartsWith("lstm.", StringComparison.Ordinal) || name.StartsWith("rnn.", StringComparison.Ordinal);

    private static bool IsRecurrentName(string name, string prefix)
    {
        if (!name.StartsWith(prefix, StringComparison.Ordinal)) return false;
        var leaf = name.AsSpan(prefix.Length);
        return leaf.StartsWith("weight_ih_l") || leaf.StartsWith("weight_hh_l") || leaf.StartsWith("weight_hr_l") || leaf.StartsWith("bias_ih_l") || leaf.StartsWith("bias_hh_l");
    }

    /// <summary>What the file calls one of the network's tensors.</summary>
    private static string NameOf(string name, string prefix, IReadOnlyDictionary<string, string>? modules)
    {
        var dot = name.LastIndexOf('.');
        if (IsRecurrent(name)) return prefix + name[(dot + 1)..];
        return (modules?.GetValueOrDefault(name[..dot]) ?? name[..dot]) + name[dot..];
    }

    /// <summary>What stands before the recurrent tensors' names.</summary>
    private static string Prefix(TensorFile file, string? module)
    {
        const string first = "weight_ih_l0";
        var found = file.Sizes.Keys.Where(n => n == first || n.EndsWith("." + first, StringComparison.Ordinal)).Select(n => n[..^first.Length]).ToList();
        if (module is not null)
        {
            var wanted = module.Length == 0 ? "" : module + ".";
            return found.Contains(wanted) ? wanted : throw new InvalidDataException($"There is no tensor '{wanted}{first}'. Recurrent layers are in: {Modules(found)}.");
        }
        return found.Count == 1 ? found[0] : throw new InvalidDataException(found.Count == 0
            ? $"There is no tensor '{first}', with which the recurrent layers of PyTorch begin. There are: {string.Join(", ", file.Sizes.Keys.Take(20))}."
            : $"There are several recurrent modules, {Modules(found)}: say which one.");
    }

    private static string Modules(List<string> prefixes) => prefixes.Count == 0 ? "none" : string.Join(", ", prefixes.Select(p => p.Length == 0 ? "the file itself" : $"'{p[..^1]}'"));

    private static int[] Matrix(TensorFile file, string name)
    {
        if (!file.Sizes.TryGetValue(name, out var sizes)) throw new InvalidDataException($"There is no tensor '{name}'.");
        return sizes is [> 0, > 0] ? sizes : throw new InvalidDataException($"The tensor '{name}' must be a matrix, got [{string.Join(',', sizes)}].");
    }

    /// <summary>The engine has matrices only; biases and the factors of a normalisation are vectors in PyTorch.</summary>
    private static int[] SizesOf(ParameterSlice slice)
    {
        var leaf = slice.Name.AsSpan(slice.Name.LastIndexOf('.') + 1);
        return leaf.StartsWith("bias") || slice.Name.StartsWith("norm_", StringComparison.Ordinal) ? [slice.Columns] : [slice.Rows, slice.Columns];
    }

    private static void CheckSizes(ParameterSlice slice, string name, int[] sizes)
    {
        var expected = SizesOf(slice);
        if (!sizes.SequenceEqual(expected))
            throw new InvalidDataException($"The tensor '{name}' must be [{string.Join(',', expected)}] for this network, the file has [{string.Join(',', sizes)}].");
    }

    private static string Describe(TensorFile file, string prefix) => $"The file's recurrent tensors are: {string.Join(", ", file.Sizes.Where(s => IsRecurrentName(s.Key, prefix)).Select(s => $"{s.Key} [{string.Join(',', s.Value)}]"))}.";
}
