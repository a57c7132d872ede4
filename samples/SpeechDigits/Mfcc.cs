// From sound to what a listener hears of it: mel-frequency cepstral coefficients (Davis and Mermelstein 1980), 13 per frame of 32 ms.
using System.Numerics;

namespace SpeechDigits;

internal static class Mfcc
{
    public const int Coefficients = 13;
    private const int Window = 256, Hop = 128, Filters = 26;

    /// <summary>[frames, 13], time-major, of sound with 8,000 samples a second in −1 … 1.</summary>
    public static float[] Of(ReadOnlySpan<float> sound)
    {
        var frames = Math.Max(1, 1 + (int)Math.Ceiling((sound.Length - Window) / (double)Hop));
        var result = new float[frames * Coefficients];
        var spectrum = new Complex[Window];
        var energies = new double[Filters];
        for (var f = 0; f < frames; f++)
        {
            for (var i = 0; i < Window; i++)
            {
                int at = f * Hop + i;
                var value = at < sound.Length ? sound[at] - (at > 0 ? 0.97f * sound[at - 1] : 0) : 0; // pre-emphasis
                spectrum[i] = value * (0.54 - 0.46 * Math.Cos(2 * Math.PI * i / (Window - 1))); // Hamming window
            }
            Transform(spectrum);
            MelEnergies(spectrum, energies);
            for (var c = 0; c < Coefficients; c++)
            {
                var sum = 0.0;
                for (var m = 0; m < Filters; m++) sum += energies[m] * Math.Cos(Math.PI * c * (m + 0.5) / Filters);
                result[f * Coefficients + c] = (float)(sum * Math.Sqrt((c == 0 ? 1.0 : 2.0) / Filters));
            }
        }
        return result;
    }

    /// <summary>Logarithms of the energy in triangles that are equally wide to the ear.</summary>
    private static void MelEnergies(Complex[] spectrum, double[] energies)
    {
        static double Hertz(double mel) => 700 * (Math.Pow(10, mel / 2595) - 1);
        var top = 2595 * Math.Log10(1 + 4000 / 700.0);
        for (var m = 0; m < energies.Length; m++)
        {
            double low = Bin(m), centre = Bin(m + 1), high = Bin(m + 2), sum = 1e-10;
            for (var k = (int)Math.Ceiling(low); k <= high; k++)
            {
                var weight = k <= centre ? (k - low) / (centre - low) : (high - k) / (high - centre);
                sum += weight * spectrum[k].Magnitude * spectrum[k].Magnitude / Window;
            }
            energies[m] = Math.Log(sum);
        }

        double Bin(int edge) => Hertz(top * edge / (energies.Length + 1)) * Window / 8000;
    }

    /// <summary>The fast Fourier transform in place (Cooley and Tukey 1965).</summary>
    private static void Transform(Complex[] x)
    {
        for (int i = 1, j = 0; i < x.Length; i++)
        {
            var bit = x.Length >> 1;
            for (; (j & bit) != 0; bit >>= 1) j ^= bit;
            j ^= bit;
            if (i < j) (x[i], x[j]) = (x[j], x[i]);
        }
        for (var length = 2; length <= x.Length; length <<= 1)
            for (var from = 0; from < x.Length; from += length)
                for (var k = 0; k < length / 2; k++)
                {
                    var turned = x[from + k + length / 2] * Complex.FromPolarCoordinates(1, -2 * Math.PI * k / length);
                    (x[from + k], x[from + k + length / 2]) = (x[from + k] + turned, x[from + k] - turned);
                }
    }
}
