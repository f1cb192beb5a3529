import { parseCommandOptions, type CommandDefaults, type CommandOptions } from './command-options.js';
import { alignColumns } from './report/align-columns.js';
import { describeMachine, describeVersions, loadAverage, machineLine } from './report/machine.js';
import { report } from './report/progress.js';
import { saveFigures } from './report/save-figures.js';
import { formatVerdicts, verdictsOf, type Bound } from './report/verdicts.js';
import type { Subject } from './subjects/subject.js';
import { withWorld, type World } from './world.js';

/** A row of a command's report: what stands in its columns, by name. */
export type ReportRow = Readonly<Record<string, string | number | null>>;

/** What a command found. */
export interface CommandResult {
  readonly rows: readonly ReportRow[];
  /** What the figures are held to. */
  readonly bounds: readonly Bound[];
  /** What is to be said below the table. */
  readonly notes?: readonly string[];
  /** Anything else that belongs into the JSON. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Whether a bound that is missed fails the command, as a test does. */
  readonly isTest?: boolean;
}

/** A command that measures something and prints a table. */
export interface BenchCommand {
  readonly name: string;
  readonly help: string;
  readonly defaults: CommandDefaults;
  measure(world: World, options: CommandOptions): Promise<CommandResult>;
}

export async function runCommand(command: BenchCommand, args: readonly string[], signal: AbortSignal): Promise<void> {
  const options = parseCommandOptions(args, command.defaults);
  if (options.help) {
    console.log(command.help);
    return;
  }
  const now = new Date();
  const before = loadAverage();
  const {
    rows,
    bounds,
    notes = [],
    details,
    isTest = false,
  } = await withWorld(signal, (world) => command.measure(world, options));
  const load = { before, after: loadAverage() };
  const quickNote = options.quick ? '; QUICK, not to be quoted' : '';
  console.log(
    `${command.name}: ${machineLine()}, load average ${load.before.toFixed(1)} to ${load.after.toFixed(1)}${quickNote}\n\n${formatReport(rows)}`,
  );
  if (notes.length > 0) console.log(`\n${notes.join('\n')}`);
  const budgets = verdictsOf(bounds);
  if (budgets.length > 0) console.log(`\n${formatVerdicts(budgets)}`);
  if (isTest && budgets.some(({ met }) => !met)) process.exitCode = 1;
  const machine = { ...describeMachine(), loadAverage: load };
  const figures = { machine, versions: describeVersions(), quotable: !options.quick, rows, budgets, ...details };
  await saveFigures(figures, { name: command.name, file: options.jsonFile, now });
}

/** The number in a row's column; null where there is none. */
export function numberIn(row: ReportRow | undefined, column: string): number | null {
  const value = row?.[column];
  return typeof value === 'number' ? value : null;
}

/** A table with the names of the first row's columns above it. */
export function formatReport(rows: readonly ReportRow[]): string {
  const names = Object.keys(rows[0] ?? {});
  return alignColumns([names, ...rows.map((row) => names.map((name) => cell(row[name])))], 0);
}

function cell(value: string | number | null | undefined): string {
  if (typeof value !== 'number') return value ?? '-';
  return Number.isInteger(value) ? `${value}` : value.toFixed(value < 10 ? 2 : 1);
}

/** Starts the subjects one after the other; one that cannot be had is reported and left out. */
export async function startSubjects(world: World, { subjects }: CommandOptions): Promise<readonly Subject[]> {
  const started: Subject[] = [];
  for (const id of subjects) {
    const subject = await world.start(id);
    if ('missing' in subject) report(`${subject.subject} is not measured: ${subject.missing}`);
    else started.push(subject);
  }
  return started;
}
