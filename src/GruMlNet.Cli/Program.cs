// The command line tool: reads the command, runs it, and turns problems into messages and exit codes.
using GruMlNet.Cli;

return await CommandLine.RunAsync(args, Console.Out, Console.Error, Interruption.Token);
