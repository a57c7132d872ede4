// Where the sounds come from: files, or a small synthesizer that says ten "words" of two vowels each.
namespace SpeechDigits;

internal static class Sounds
{
    private const int Rate = 8000;

    // The first two formants of five vowels in Hz (after Peterson and Barney 1952).
    private static readonly (double F1, double F2)[] Vowels = [(270, 2290), (530, 1840), (730, 1090), (570, 840), (300, 870)];

    // Word d is the glide from one vowel to another: ten of the twenty pairs.
    private static readonly (int From, int To)[] Words = [(0, 2), (1, 3), (2, 4), (3, 0), (4, 1), (2, 0), (3, 1), (4, 2), (0, 3), (1, 4)];

    /// <summary>One word by one speaker: pitch, pace, size of the throat, loudness and noise differ.</summary>
    public static float[] Synthesize(int digit, Random random)
    {
        var length = (int)(Rate * (0.25 + 0.25 * random.NextDouble()));
        double pitch = 90 + 150 * random.NextDouble(), throat = 0.9 + 0.25 * random.NextDouble(), noise = 0.02 + 0.04 * random.NextDouble(), turn = 0.3 + 0.4 * random.NextDouble();
        var (from, to) = (Vowels[Words[digit].From], Vowels[Words[digit].To]);
        var sound = new float[length];
        double phase = 0;
        for (var i = 0; i < length; i++)
        {
            var where = 1 / (1 + Math.Exp(-18 * (i / (double)length - turn)));
            double f1 = throat * (from.F1 + where * (to.F1 - from.F1)), f2 = throat * (from.F2 + where * (to.F2 - from.F2)), value = 0;
            phase += 2 * Math.PI * pitch * (1 + 0.03 * Math.Sin(i * 0.004)) / Rate;
            for (var h = 1; h * pitch < 3800; h++) value += Math.Sin(h * phase) * (Near(h * pitch, f1, 90) + 0.6 * Near(h * pitch, f2, 130) + 0.02) / Math.Sqrt(h);
            sound[i] = (float)(0.2 * value * Math.Sin(Math.PI * i / length) + noise * (random.NextDouble() - 0.5));
        }
        return sound;
    }

    /// <summary>16-bit mono WAV at 8,000 samples a second, as −1 … 1.</summary>
    public static float[] ReadWav(string path)
    {
        var bytes = File.ReadAllBytes(path);
        if (bytes.Length < 44 || BitConverter.ToInt32(bytes, 24) != Rate || BitConverter.ToInt16(bytes, 22) != 1 || BitConverter.ToInt16(bytes, 34) != 16)
            throw new InvalidDataException($"'{path}' is not a WAV file with one channel of 16 bits at {Rate} samples a second.");
        var data = bytes.AsSpan().IndexOf("data"u8) + 8;
        var sound = new float[(bytes.Length - data) / 2];
        for (var i = 0; i < sound.Length; i++) sound[i] = BitConverter.ToInt16(bytes, data + 2 * i) / 32768f;
        return sound;
    }

    private static double Near(double f, double formant, double width) => 1 / (1 + Math.Pow((f - formant) / width, 2));
}
