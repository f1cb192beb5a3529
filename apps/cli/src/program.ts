import { GatewayError } from '@switchyard/canonical';
import { Command, CommanderError } from 'commander';

import { adminCommand } from './commands/admin.js';
import { applyCommand } from './commands/apply.js';
import { credentialsCommand } from './commands/credentials.js';
import { explainCommand } from './commands/explain.js';
import { gatewayCommand } from './commands/gateway.js';
import { migrateCommand } from './commands/migrate.js';
import { startCommand } from './commands/start.js';
import { validateCommand } from './commands/validate.js';
import { workerCommand } from './commands/worker.js';

/**
 * Runs the command line to its end and returns the exit code.
 *
 * A command loads what it runs with only when it is the one: a gateway has no use for the code of admin in its memory.
 */
export async function runProgram(argv: readonly string[]): Promise<number> {
  const program = new Command('switchyard')
    .description('An LLM API gateway: one stable API and key for clients, every provider behind it.')
    .exitOverride()
    .showHelpAfterError('(switchyard COMMAND --help shows examples)');
  for (const command of [
    startCommand(),
    gatewayCommand(),
    workerCommand(),
    adminCommand(),
    migrateCommand(),
    validateCommand(),
    applyCommand(),
    explainCommand(),
    credentialsCommand(),
  ]) {
    for (const nested of command.commands) nested.exitOverride();
    program.addCommand(command.exitOverride());
  }
  try {
    await program.parseAsync([...argv]);
    return typeof process.exitCode === 'number' ? process.exitCode : 0;
  } catch (error) {
    return exitCodeOf(error);
  }
}

function exitCodeOf(error: unknown): number {
  // commander has printed its own message already.
  if (error instanceof CommanderError) return error.exitCode;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`switchyard: ${message}\n`);
  if (!(error instanceof GatewayError) && error instanceof Error && error.cause !== undefined) {
    process.stderr.write(`  because: ${error.cause instanceof Error ? error.cause.message : String(error.cause)}\n`);
  }
  return 1;
}
