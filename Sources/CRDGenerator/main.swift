/// Writes the files that follow from declarations: the CustomResourceDefinitions and the install manifest.
///
/// Usage, from the top of the repository:
///
///     CRDGenerator                        writes crds/
let status = Program.run(Array(CommandLine.arguments.dropFirst()))
if status != 0 { Program.exit(status) }
