// Every C# example of the README is compiled as the program it is and run in a process of its own.

using System.Reflection;
using System.Text.RegularExpressions;
using GruMlNet.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace GruMlNet.Tests;

[Trait("Category", "Readme")]
public sealed partial class ReadmeTests
{
    // What the SDK's implicit usings give every console project.
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    // The SDK never shows it: ML.NET was built against an older version of a library than the one that is loaded.
    private static readonly Dictionary<string, ReportDiagnostic> SdkDefaults = new() { ["CS1701"] = ReportDiagnostic.Suppress };

    [Fact]
    public void CSharpExamples_CompiledAndRun_Succeed()
    {
        string root = Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!;
        string readme = File.ReadAllText(Path.Combine(root, "README.md"));
        string[] examples = [.. CSharpBlock().Matches(readme).Select(match => match.Groups["code"].Value)];
        Assert.NotEmpty(examples);
        for (int i = 0; i < examples.Length; i++)
        {
            using TemporaryFolder folder = new();
            foreach (string data in Directory.GetFiles(Path.Combine(root, "samples", "QuickStart"), "*.csv"))
                File.Copy(data, folder.File(Path.GetFileName(data)));
            string program = Path.Combine(AppContext.BaseDirectory, $"README.example{i + 1}.dll");
            Compile(examples[i], program);
            string output = ChildProcess.Run(folder.Path, "exec", "--runtimeconfig", Beside("runtimeconfig.json"), "--depsfile", Beside("deps.json"), program);
            Assert.False(string.IsNullOrWhiteSpace(output), $"Example {i + 1} printed nothing.");
        }
    }

    private static void Compile(string code, string path)
    {
        CSharpParseOptions options = new(LanguageVersion.Latest);
        string[] references = [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Where(File.Exists)];
        CSharpCompilation compilation = CSharpCompilation.Create(
            Path.GetFileNameWithoutExtension(path),
            [CSharpSyntaxTree.ParseText(ImplicitUsings, options), CSharpSyntaxTree.ParseText(code, options)],
            references.Select(file => MetadataReference.CreateFromFile(file)),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable, optimizationLevel: OptimizationLevel.Release, specificDiagnosticOptions: SdkDefaults));
        Microsoft.CodeAnalysis.Emit.EmitResult result = compilation.Emit(path);
        IEnumerable<Diagnostic> problems = result.Diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning);
        Assert.True(result.Success && !problems.Any(), $"{string.Join('\n', problems)}\n{code}");
    }

    // The second process of the tests references what a user's program would: GruMlNet, and ML.NET through it.
    private static string Beside(string extension)
    {
        return Path.Combine(AppContext.BaseDirectory, $"GruMlNet.FreshProcess.{extension}");
    }

    [GeneratedRegex(@"^```(csharp|cs|c#)[^\n]*\n(?<code>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CSharpBlock();
}
