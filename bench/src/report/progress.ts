/** Progress goes beside the report, so that the report can be piped. */
export function report(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}
