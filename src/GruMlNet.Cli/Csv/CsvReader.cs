using System.Text;

namespace GruMlNet.Cli.Csv;

/// <summary>One record and the line of the file it starts on, counted from 1.</summary>
internal readonly record struct CsvRow(int Line, string[] Fields);

/// <summary>Reads separated values as RFC 4180 describes them: fields may be quoted, and quoted fields may hold separators, quotes and line ends. Blank lines are skipped; text is UTF-8, or what the file's first bytes say.</summary>
internal static class CsvReader
{
    private const char Quote = '"';
    private static readonly char[] Separators = [';', '\t', ','];

    /// <exception cref="Failure">The file is missing, not readable, not text in UTF-8, or empty, or a quote is never closed.</exception>
    internal static IEnumerable<CsvRow> Read(string path)
    {
        using StreamReader reader = Open(path);
        char? separator = null;
        var fields = new List<string>();
        for (int line = 1; Line(reader, path) is { } text; line++)
        {
            if (text.AsSpan().Trim(' ').IsEmpty)
                continue;
            separator ??= SeparatorOf(text);
            int start = line;
            while (!TrySplit(text, separator.Value, fields))
            {
                string next = Line(reader, path) ?? throw new Failure($"'{path}', line {start}: a quote is opened and never closed.");
                text = $"{text}\n{next}";
                line++;
            }

            yield return new CsvRow(start, [.. fields]);
        }

        if (separator is null)
            throw new Failure($"'{path}' is empty: it needs at least one line with data.");
    }

    private static StreamReader Open(string path)
    {
        try
        {
            return new StreamReader(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new Failure($"There is no file '{path}'. Check the name; relative names start from '{Environment.CurrentDirectory}'.", inner: e);
        }
        catch (UnauthorizedAccessException e) when (Directory.Exists(path))
        {
            throw new Failure($"'{path}' is a folder: give the name of a file in it.", inner: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Failure($"'{path}' cannot be read: {e.Message}", inner: e);
        }
    }

    /// <summary>Letters that cannot be read would be lost, and with them the names of series.</summary>
    private static string? Line(StreamReader reader, string path)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (DecoderFallbackException e)
        {
            throw new Failure($"'{path}' is not text in UTF-8: save it as that (in Excel as 'CSV UTF-8').", inner: e);
        }
    }

    /// <summary>The most frequent of semicolon, tab and comma in the first line; commas as many as the others are those of decimal numbers.</summary>
    internal static char SeparatorOf(string header) => Separators.MaxBy(separator => header.Count(c => c == separator));

    /// <summary>False where the text ends within quotes: the field goes on in the next line.</summary>
    private static bool TrySplit(string text, char separator, List<string> fields)
    {
        fields.Clear();
        for (int i = 0; ; i++)
        {
            if (i < text.Length && text[i] == Quote)
            {
                var field = new StringBuilder();
                for (i++; ; i++)
                {
                    if (i >= text.Length)
                        return false;
                    if (text[i] != Quote)
                        _ = field.Append(text[i]);
                    else if (i + 1 < text.Length && text[i + 1] == Quote)
                        _ = field.Append(text[i++]);
                    else
                        break;
                }

                i++;
                fields.Add(field.ToString());
            }
            else
            {
                int end = text.IndexOf(separator, i);
                end = end < 0 ? text.Length : end;
                fields.Add(text[i..end].Trim());
                i = end;
            }

            // What follows a closing quote up to the separator belongs to no field.
            i = i < text.Length ? text.IndexOf(separator, i) : -1;
            if (i < 0)
                return true;
        }
    }
}
