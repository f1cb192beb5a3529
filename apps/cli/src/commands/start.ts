import { Command, InvalidArgumentError } from 'commander';

import type { StartFlags } from '../services/run-start.js';

export function startCommand(): Command {
  return new Command('start')
    .description('run everything in one process, with embedded Postgres and in-memory state')
    .option('-c, --config <file>', 'the configuration file; without one, a demo with the simulator')
    .option('--port <number>', "the gateway's port (8317)", parsePort)
    .option('--admin-port <number>', "admin's and the console's port (8319)", parsePort)
    .option('--host <address>', 'the address to listen on (127.0.0.1)')
    .option('--data-dir <dir>', 'where secrets, the database and the last snapshot are kept (.switchyard)')
    .option('--json', 'print the addresses as one line of JSON')
    .addHelpText(
      'after',
      `
Examples:
  switchyard start                                  # a demo: no account needed
  switchyard start --config config.yaml --port 9000
  REDIS_URL=redis://... DATABASE_URL=postgres://... switchyard start --config config.yaml

The request log goes to standard error, one JSON line a request.`,
    )
    .action(async (flags: StartFlags) => {
      const { runStart } = await import('../services/run-start.js');
      await runStart(flags);
    });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError('a port is a number from 0 to 65535');
  return port;
}
