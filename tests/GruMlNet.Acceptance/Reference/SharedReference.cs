// Finds the folder with the reference values; tests are skipped visibly where it is missing.

namespace GruMlNet.Acceptance.Reference;

/// <summary>The environment variable GRUMLNET_SHARED names the folder; otherwise it is a folder "shared" beside the repository.</summary>
internal static class SharedReference
{
    private const string Variable = "GRUMLNET_SHARED";

    /// <summary>Stands for the files in the list of tests where there are none; <see cref="Path"/> turns it into a skip.</summary>
    private const string Nothing = "(no reference values)";

    /// <summary>The names of the files below reference/<paramref name="folder"/> that match.</summary>
    public static IReadOnlyList<string> Names(string folder, string pattern)
    {
        string path = System.IO.Path.Combine(Root, "reference", folder);
        string[] names = Directory.Exists(path) ? [.. Directory.GetFiles(path, pattern).Select(f => System.IO.Path.GetFileName(f)).Order(StringComparer.Ordinal)] : [];
        return names.Length > 0 ? names : [Nothing];
    }

    /// <summary>The file with reference values, or a visible skip of the running test.</summary>
    public static string Path(string folder, string name)
    {
        return Existing("reference", folder, name);
    }

    /// <summary>The file of a data set, or a visible skip of the running test.</summary>
    public static string Data(params string[] parts)
    {
        return Existing(["data", .. parts]);
    }

    private static string Existing(params string[] parts)
    {
        // A wrong name in the variable is a mistake, not a reason to skip.
        Assert.True(Root.Length == 0 || Directory.Exists(Root), $"{Variable} names '{Root}', which is not a folder.");
        string relative = System.IO.Path.Combine(parts);
        string path = System.IO.Path.Combine(Root, relative);
        Assert.SkipUnless(File.Exists(path), $"There is no '{relative}' in a folder 'shared' beside the repository or in the folder that {Variable} names.");
        return path;
    }

    /// <summary>Empty where there is none.</summary>
    private static string Root
    {
        get
        {
            string? named = Environment.GetEnvironmentVariable(Variable);
            if (!string.IsNullOrEmpty(named))
                return named;
            for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                string candidate = System.IO.Path.Combine(folder.FullName, "shared");
                if (Directory.Exists(System.IO.Path.Combine(candidate, "reference")))
                    return candidate;
            }
            return "";
        }
    }
}
