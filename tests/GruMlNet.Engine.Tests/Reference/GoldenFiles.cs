// Where the golden files are, and which ones there are.

namespace GruMlNet.Engine.Tests.Reference;

internal static class GoldenFiles
{
    public static string Path(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "Golden", name + ".json");
}
