/* The one symbol that TorchSharp's bridge wants from GCC 13's libstdc++. It makes sure that iostreams are set up, which older versions
   of the library do by themselves: nothing is left to do. */
void _ZSt21ios_base_library_initv(void) {}
