import { readEnvironment } from '@switchyard/config';
import { createLogger, createLogOutput } from '@switchyard/telemetry';
import { Command, InvalidArgumentError } from 'commander';

import { banner } from '../compose/banner.js';
import { Closers, untilSignal } from '../compose/shutdown.js';
import { startStandalone, type Standalone } from '../compose/standalone.js';

interface StartFlags {
  readonly config?: string;
  readonly port?: number;
  readonly adminPort?: number;
  readonly host?: string;
  readonly dataDir?: string;
  readonly json?: boolean;
}

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
    .action(start);
}

const STANDARD_ERROR = 2;

async function start(flags: StartFlags): Promise<void> {
  const environment = readEnvironment();
  const logger = createLogger({
    service: 'switchyard',
    level: environment.logLevel,
    destination: createLogOutput(STANDARD_ERROR),
  });
  const closers = new Closers(logger);
  const stopped = untilSignal();
  try {
    const configFile = flags.config ?? environment.configPath;
    const standalone = await startStandalone({
      environment,
      configFile,
      host: flags.host ?? environment.host,
      port: flags.port ?? environment.gatewayPort,
      adminPort: flags.adminPort ?? environment.adminPort,
      dataDir: flags.dataDir ?? environment.dataDir,
      logger,
      closers,
    });
    console.log(flags.json === true ? JSON.stringify(addressesOf(standalone)) : banner(standalone));
    const signal = await stopped;
    logger.info({ signal }, 'stopping: running requests may finish');
  } finally {
    await closers.close();
  }
}

function addressesOf({ gatewayAddress, adminAddress, metricsAddress }: Standalone): object {
  return { gateway: gatewayAddress, admin: adminAddress, metrics: metricsAddress };
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError('a port is a number from 0 to 65535');
  return port;
}
