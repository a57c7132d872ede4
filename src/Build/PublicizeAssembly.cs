// Build task: copies a .NET assembly and raises the visibility of its internal members, for the compiler only.
// Compiled by MSBuild at build time (netstandard 2.0), so it reads the metadata tables itself and needs no package.
using System;
using System.IO;
using Microsoft.Build.Framework;

/// <summary>
/// Patches the visibility bits of TypeDef, Field and MethodDef rows in place (ECMA-335, partition II, chapters 22 to 25):
/// internal becomes public; private protected and protected internal become protected; private stays.
/// </summary>
public sealed class PublicizeAssembly : Microsoft.Build.Utilities.Task
{
    private const int Module = 0x00, TypeRef = 0x01, TypeDef = 0x02, FieldPtr = 0x03, Field = 0x04, MethodPtr = 0x05, MethodDef = 0x06;
    private const int Param = 0x08, ModuleRef = 0x1A, TypeSpec = 0x1B, AssemblyRef = 0x23;

    private byte[] image = new byte[0];
    private readonly int[] rows = new int[64];

    [Required]
    public string Source { get; set; } = "";

    [Required]
    public string Destination { get; set; } = "";

    public override bool Execute()
    {
        image = File.ReadAllBytes(Source);
        PatchTables(FindTableStream());

        // Written beside the target first: a build that is stopped half-way never leaves a broken copy behind.
        string partial = Destination + "." + Guid.NewGuid().ToString("N");
        File.WriteAllBytes(partial, image);
        if (File.Exists(Destination))
            File.Delete(Destination);
        File.Move(partial, Destination);
        return true;
    }

    private void PatchTables(int stream)
    {
        int heaps = image[stream + 6];
        int stringSize = (heaps & 1) != 0 ? 4 : 2, guidSize = (heaps & 2) != 0 ? 4 : 2, blobSize = (heaps & 4) != 0 ? 4 : 2;
        ulong present = BitConverter.ToUInt64(image, stream + 8);
        int next = stream + 24;
        for (int table = 0; table < 64; table++)
        {
            if ((present >> table & 1) == 0)
                continue;
            rows[table] = BitConverter.ToInt32(image, next);
            next += 4;
        }

        int[] rowSize = new int[MethodDef + 1];
        rowSize[Module] = 2 + stringSize + 3 * guidSize;
        rowSize[TypeRef] = IndexSize(2, Module, ModuleRef, AssemblyRef, TypeRef) + 2 * stringSize;
        rowSize[TypeDef] = 4 + 2 * stringSize + IndexSize(2, TypeDef, TypeRef, TypeSpec) + IndexSize(0, Field) + IndexSize(0, MethodDef);
        rowSize[FieldPtr] = IndexSize(0, Field);
        rowSize[Field] = 2 + stringSize + blobSize;
        rowSize[MethodPtr] = IndexSize(0, MethodDef);
        rowSize[MethodDef] = 8 + stringSize + blobSize + IndexSize(0, Param);

        for (int table = 0; table <= MethodDef; table++)
        {
            for (int row = 0; row < rows[table]; row++, next += rowSize[table])
            {
                if (table == TypeDef)
                    SetVisibility(next, RaiseType(image[next] & 7));
                else if (table == Field)
                    SetVisibility(next, RaiseMember(image[next] & 7));
                else if (table == MethodDef)
                    SetVisibility(next + 6, RaiseMember(image[next + 6] & 7));
            }
        }
    }

    private void SetVisibility(int offset, int visibility)
    {
        image[offset] = (byte)(image[offset] & ~7 | visibility);
    }

    // 0 internal, 1 public; nested: 2 public, 3 private, 4 protected, 5 internal, 6 private protected, 7 protected internal.
    private static int RaiseType(int visibility)
    {
        return visibility == 0 ? 1 : visibility == 5 ? 2 : visibility >= 6 ? 4 : visibility;
    }

    // 1 private, 2 private protected, 3 internal, 4 protected, 5 protected internal, 6 public.
    private static int RaiseMember(int visibility)
    {
        return visibility == 3 ? 6 : visibility == 2 || visibility == 5 ? 4 : visibility;
    }

    // A row number takes 2 bytes while every table it can point into is small enough for the bits left beside the tag.
    private int IndexSize(int tagBits, params int[] tables)
    {
        foreach (int table in tables)
        {
            if (rows[table] >= 1 << (16 - tagBits))
                return 4;
        }

        return 2;
    }

    /// <summary>PE header, CLI header, metadata root, stream "#~": returns the file offset of that stream.</summary>
    private int FindTableStream()
    {
        int pe = BitConverter.ToInt32(image, 0x3C);
        int optionalHeader = pe + 24;
        int directories = optionalHeader + (BitConverter.ToUInt16(image, optionalHeader) == 0x20B ? 112 : 96);
        int cliHeader = FileOffset(pe, BitConverter.ToInt32(image, directories + 14 * 8));
        int root = FileOffset(pe, BitConverter.ToInt32(image, cliHeader + 8));
        int versionLength = BitConverter.ToInt32(image, root + 12);
        int streams = BitConverter.ToUInt16(image, root + 18 + versionLength);
        int header = root + 20 + versionLength;
        for (int i = 0; i < streams; i++)
        {
            int name = header + 8, end = Array.IndexOf(image, (byte)0, name);
            if (image[name] == '#' && image[name + 1] == '~')
                return root + BitConverter.ToInt32(image, header);
            header = name + (end - name + 4) / 4 * 4;
        }

        throw new BadImageFormatException("No #~ metadata stream in " + Source + ".");
    }

    private int FileOffset(int pe, int address)
    {
        int sections = BitConverter.ToUInt16(image, pe + 6), first = pe + 24 + BitConverter.ToUInt16(image, pe + 20);
        for (int i = 0; i < sections; i++)
        {
            int section = first + i * 40, start = BitConverter.ToInt32(image, section + 12);
            if (address >= start && address < start + BitConverter.ToInt32(image, section + 16))
                return address - start + BitConverter.ToInt32(image, section + 20);
        }

        throw new BadImageFormatException("Address " + address + " lies in no section of " + Source + ".");
    }
}
