/// Writes the files that follow from declarations: the CustomResourceDefinitions and the install manifest.
let status = Program.run(Array(CommandLine.arguments.dropFirst()))
if status != 0 { Program.exit(status) }
