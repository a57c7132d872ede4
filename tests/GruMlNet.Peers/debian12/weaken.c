/* Marks one version requirement of an ELF library as weak, so that a libstdc++ without that version still loads it.
   Usage: weaken LIBRARY VERSION; changes the file in place; running it again changes nothing. */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int weaken(char *file, const Elf64_Shdr *needs, const char *names, const char *version) {
    int found = 0;
    char *place = file + needs->sh_offset;
    for (unsigned library = 0; library < needs->sh_info; library++) {
        Elf64_Verneed *need = (Elf64_Verneed *)place;
        char *entry = place + need->vn_aux;
        for (int i = 0; i < need->vn_cnt; i++) {
            Elf64_Vernaux *wanted = (Elf64_Vernaux *)entry;
            if (strcmp(names + wanted->vna_name, version) == 0) {
                wanted->vna_flags |= VER_FLG_WEAK;
                found = 1;
            }
            entry += wanted->vna_next;
        }
        place += need->vn_next;
    }
    return found;
}

int main(int count, char **arguments) {
    if (count != 3) return fprintf(stderr, "usage: weaken LIBRARY VERSION\n"), 2;
    int descriptor = open(arguments[1], O_RDWR);
    struct stat status;
    if (descriptor < 0 || fstat(descriptor, &status) != 0) return perror(arguments[1]), 1;
    char *file = mmap(NULL, status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (file == MAP_FAILED) return perror(arguments[1]), 1;
    Elf64_Ehdr *header = (Elf64_Ehdr *)file;
    if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_ident[EI_CLASS] != ELFCLASS64)
        return fprintf(stderr, "%s is not a 64-bit ELF file\n", arguments[1]), 1;
    Elf64_Shdr *sections = (Elf64_Shdr *)(file + header->e_shoff);
    int found = 0;
    for (int i = 0; i < header->e_shnum; i++)
        if (sections[i].sh_type == SHT_GNU_verneed)
            found |= weaken(file, &sections[i], file + sections[sections[i].sh_link].sh_offset, arguments[2]);
    munmap(file, status.st_size);
    close(descriptor);
    if (!found) return fprintf(stderr, "%s does not ask for %s\n", arguments[1], arguments[2]), 1;
    return 0;
}
