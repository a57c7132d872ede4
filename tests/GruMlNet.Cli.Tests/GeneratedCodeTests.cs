// The generated programs are compiled, without a warning, and run.

using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace GruMlNet.Cli.Tests;

[Collection(nameof(GeneratedCodeTests))]
public sealed class GeneratedCodeTests : IDisposable
{
    // What the SDK's implicit usings give every console project.
    private const string ImplicitUsings = "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;";

    private readonly Tool tool = new();

    public void Dispose()
    {
        tool.Dispose();
    }

    [Theory]
    [InlineData("train --input @wide.csv --layout wide --seasonality 4")]
    [InlineData("train --input @long.csv --label-col sales --time-col month --series-col shop --seasonality 4")]
    [InlineData("train --input @digits.csv --label-col sales --time-col month --series-col shop --seasonality 4")]
    [InlineData("train --input @plain.csv --label-col 1 --has-header false")]
    [InlineData("train --input @shops.csv --label-col sales --time-col month --series-col shop --known-cols promo --past-cols web --static-cols region,size --holiday-col feast --weight-col step --calendar DayOfYear")]
    public void Code_OfEachLayout_TrainsEvaluatesAndForecasts(string command)
    {
        tool.WriteWide();
        tool.WriteLong();
        tool.Write("digits.csv", [.. tool.Lines("long.csv").Select(line => line.Replace("-", "", StringComparison.Ordinal))]);
        tool.Write("shops.csv", [.. tool.Lines("long.csv").Select((line, i) => i == 0 ? $"promo,web,region,size,feast,step,{line}" : $"{i % 3 == 0},{i % 5},{line[..2]}-land,{line[1]}.5,{(i % 7 == 0 ? "Fair" : "")},,{line}"),
            .. Enumerable.Range(0, 3).SelectMany(s => Enumerable.Range(0, 4).Select(t => $"true,,S{s}-land,{s}.5,,,S{s},{new DateTime(2020, 1, 1).AddMonths(40 - 2 * s + t):yyyy-MM-dd},"))]);
        tool.Write("plain.csv", [.. tool.Lines("long.csv").Where(line => line.StartsWith("S1", StringComparison.Ordinal)).Select(line => string.Join(';', line.Split(',')[1..]))]);
        _ = tool.RunWell($"{command} --horizon 4 --budget fast --model @m.zip --generate-code @my-demand");
        Assert.Equal(["MyDemand.consumption.cs", "MyDemand.csproj", "MyDemand.evaluate.cs", "MyDemand.training.cs", "Program.cs"], Directory.GetFiles(tool["my-demand"]).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        Assembly program = Compile();

        string[] forecasts = Run(program);
        bool isPlain = command.Contains("plain", StringComparison.Ordinal);
        Assert.Equal(isPlain ? [""] : ["S0", "S1", "S2"], forecasts.Select(line => line[..line.IndexOf(':', StringComparison.Ordinal)]));
        Assert.All(forecasts, line => Assert.Equal(4, line[(line.IndexOf(':', StringComparison.Ordinal) + 2)..].Split(' ').Length));
        string[] scores = Run(program, "evaluate");
        Assert.All((string[])["model", "naive", "ridge NLinear"], name => Assert.Contains(scores, line => line.StartsWith(name, StringComparison.Ordinal)));
        Assert.StartsWith("Trained:", Run(program, "train").Single(), StringComparison.Ordinal);
        Assert.Equal(forecasts, Run(program));
    }

    [Fact]
    public void Folder_WithFiles_IsNotTouched()
    {
        tool.WriteWide();
        Outcome outcome = tool.Run($"train --input @wide.csv --layout wide --horizon 4 --model @m.zip --generate-code {Path.GetDirectoryName(tool["m.zip"])}");
        Assert.Equal(ExitCode.Output, outcome.ExitCode);
        Assert.Contains("is not empty", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(["wide.csv"], tool.FileNames);
    }

    private Assembly Compile()
    {
        CSharpParseOptions options = new(LanguageVersion.Latest);
        string[] references = [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Where(File.Exists)];
        CSharpCompilation compilation = CSharpCompilation.Create(
            $"Generated{Guid.NewGuid():N}",
            [.. Directory.GetFiles(tool["my-demand"], "*.cs").Select(File.ReadAllText).Append(ImplicitUsings).Select(code => CSharpSyntaxTree.ParseText(code, options))],
            references.Select(file => MetadataReference.CreateFromFile(file)),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        using MemoryStream bytes = new();
        Microsoft.CodeAnalysis.Emit.EmitResult result = compilation.Emit(bytes);
        IEnumerable<Diagnostic> problems = result.Diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning);
        Assert.True(result.Success && !problems.Any(), string.Join('\n', problems));
        bytes.Position = 0;
        return new AssemblyLoadContext(compilation.AssemblyName).LoadFromStream(bytes);
    }

    /// <summary>The lines that the program prints. Its model lies beside the tests, so each run of the tests starts without one.</summary>
    private static string[] Run(Assembly program, params string[] args)
    {
        if (args.Length == 0)
            File.Delete(Path.Combine(AppContext.BaseDirectory, "MyDemand.zip"));
        TextWriter console = Console.Out;
        using StringWriter output = new();
        Console.SetOut(output);
        try
        {
            _ = program.EntryPoint!.Invoke(null, [args]);
        }
        finally
        {
            Console.SetOut(console);
        }

        return output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}

[CollectionDefinition(nameof(GeneratedCodeTests), DisableParallelization = true)]
public sealed class ConsoleUsers;
