import { readEnvironment } from '@switchyard/config';
import { createLogger, createLogOutput } from '@switchyard/telemetry';

import { banner } from '../compose/banner.js';
import { collectOnceIdle } from '../compose/collect-once-idle.js';
import { relaxCollector } from '../compose/relax-collector.js';
import { Closers, untilSignal } from '../compose/shutdown.js';
import { startStandalone, type Standalone } from '../compose/standalone.js';

export interface StartFlags {
  readonly config?: string;
  readonly port?: number;
  readonly adminPort?: number;
  readonly host?: string;
  readonly dataDir?: string;
  readonly json?: boolean;
}

const STANDARD_ERROR = 2;

export async function runStart(flags: StartFlags): Promise<void> {
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
    collectOnceIdle();
    relaxCollector();
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
